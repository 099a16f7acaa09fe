// The tour: what each step says, who sits at the desk, which page is open, and what the citizen writes.

const CITIZEN = "王阿姨";

export const STEPS = [
  {
    title: "市民问，马上有答案",
    text: "看左边：王阿姨问了一句，回答来自审核过的内容，下面还有相关的问题，点一下就能接着问。",
    says: "城市书房在哪里？",
    who: CITIZEN,
  },
  {
    title: "答不上来，就老实说",
    text: "知识库里没有的，不编。问题记进“待补答案”，答案有了会告诉问的人。",
    says: "今年有没有灯会",
    who: CITIZEN,
  },
  {
    title: "受理岗：先做什么，一眼看到",
    text: "张敏坐下来，第一页就是等她处理的事：谁在等人工，哪些问题还没有答案。",
    chair: "zhangmin",
    page: "/desk/",
  },
  {
    title: "没答上来的问题，排好了队",
    text: "意思相近的归在一起，问得多的在前面。一步就能加到已有的文章里、写一条新的，或者说明不归我们管。",
    chair: "zhangmin",
    page: "/desk/knowledge/unanswered",
  },
  {
    title: "两个人过目，才能发布",
    text: "写的人不能自己批准。李主任在这里看改了哪些字，再决定发不发；撤下的内容两秒内就不再回答。",
    chair: "lizhuren",
    page: "/desk/knowledge?status=waiting",
  },
  {
    title: "要找人，一声就到",
    text: "王阿姨发了“人工”。受理岗马上看到，点“接手”就能对话；说话的是人的时候，小助手不插嘴。",
    says: "人工",
    who: CITIZEN,
    chair: "zhangmin",
    page: "/desk/help",
  },
  {
    title: "总览：今天怎么样",
    text: "多少人来问，答上了几成，谁等得最久，几天没有对外发布。旁边的“静默”开关一按，所有外发立刻停下。",
    chair: "lizhuren",
    page: "/desk/overview",
  },
  {
    title: "谁做过什么，都查得到",
    text: "审计员只能看，不能改。每次改动、每次查看个人信息都记在这里，谁也删不掉。",
    chair: "wuping",
    page: "/desk/audit",
  },
  {
    title: "看完了，您来试试",
    text: "左边随便问，右边换个岗位处理。弄乱了不要紧，点“重新开始”就回到最初的样子。",
    chair: "zhangmin",
    page: "/desk/",
  },
];

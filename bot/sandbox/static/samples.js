// Things a citizen of the demo can send without having them: places on a pretend map, and drawn photos.

export const MAP = { north: 30.012, south: 29.988, west: 120.566, east: 120.598 };

export const PLACES = [
  { label: "人民广场东门", latitude: 30.0031, longitude: 120.5816 },
  { label: "建设路农贸市场", latitude: 30.0074, longitude: 120.5746 },
  { label: "滨河公园南入口", latitude: 29.9952, longitude: 120.5772 },
  { label: "长途汽车站", latitude: 29.9927, longitude: 120.5908 },
  { label: "实验小学校门口", latitude: 30.0086, longitude: 120.5891 },
  { label: "春晖社区 3 号楼", latitude: 29.9987, longitude: 120.5921 },
];

/** Each scene is a name and shapes on a 400×300 canvas: [colour, x, y, width, height] or [colour, x, y, radius]. */
export const SCENES = [
  { name: "满出来的垃圾桶", shapes: [
    ["#bcd4e6", 0, 0, 400, 190], ["#9a9a94", 0, 190, 400, 110], ["#c9b79c", 20, 40, 110, 150], ["#6f8796", 40, 60, 26, 34], ["#6f8796", 82, 60, 26, 34],
    ["#2f6b46", 170, 120, 96, 130], ["#25563a", 160, 108, 116, 18], ["#e8e3d3", 196, 92, 22], ["#d9534f", 232, 96, 16], ["#f0c45c", 256, 238, 18], ["#efefef", 140, 246, 20], ["#8a5a33", 300, 228, 44, 26],
  ] },
  { name: "占住盲道的单车", shapes: [
    ["#cfe0c8", 0, 0, 400, 140], ["#b7b2a8", 0, 140, 400, 160], ["#e5b73b", 0, 205, 400, 38], ["#5b4a3a", 60, 20, 18, 130], ["#4f8a4c", 70, 40, 46],
    ["#222222", 150, 205, 40], ["#b7b2a8", 150, 205, 32], ["#222222", 262, 205, 40], ["#b7b2a8", 262, 205, 32], ["#2c7fb8", 150, 160, 112, 9], ["#2c7fb8", 200, 160, 9, 48], ["#222222", 186, 140, 36, 9], ["#222222", 248, 132, 9, 40],
  ] },
  { name: "墙上的小广告", shapes: [
    ["#d8c7ad", 0, 0, 400, 230], ["#8d8d88", 0, 230, 400, 70], ["#c7b394", 0, 74, 400, 3], ["#c7b394", 0, 152, 400, 3],
    ["#ffffff", 60, 50, 74, 96], ["#c0392b", 70, 62, 54, 12], ["#555555", 70, 84, 54, 5], ["#555555", 70, 98, 40, 5], ["#f7e08b", 168, 92, 84, 60], ["#333333", 178, 106, 60, 7], ["#333333", 178, 124, 44, 7],
    ["#ffffff", 284, 46, 62, 84], ["#2d6da3", 293, 58, 44, 10], ["#666666", 293, 78, 44, 5], ["#666666", 293, 92, 32, 5],
  ] },
  { name: "不亮的路灯", shapes: [
    ["#1d2b45", 0, 0, 400, 210], ["#2b2b2e", 0, 210, 400, 90], ["#f3ecc8", 330, 50, 22], ["#39465f", 20, 90, 90, 120], ["#e7c75b", 36, 106, 18, 22], ["#39465f", 280, 120, 100, 90],
    ["#7b8794", 190, 50, 10, 190], ["#7b8794", 190, 46, 70, 9], ["#4a545e", 244, 52, 40, 14], ["#3a3a3d", 180, 236, 30, 10],
  ] },
];

/** Draws a scene; the canvas shows it and gives the JPEG. */
export function drawScene(canvas, scene) {
  canvas.width = 400;
  canvas.height = 300;
  const pen = canvas.getContext("2d");
  for (const [colour, x, y, width, height] of scene.shapes) {
    pen.fillStyle = colour;
    pen.beginPath();
    if (height === undefined) pen.arc(x, y, width, 0, 2 * Math.PI);
    else pen.rect(x, y, width, height);
    pen.fill();
  }
}

// Draws each table that asks for it: data-chart="line|bar" on the table, data-chart-of="its id" on the place to draw in.
// The first column names the points, each further one is a line or a row of bars, but for headings with data-not-drawn.
"use strict";

(() => {
  const drawn = new Map(); // place -> chart

  const readTable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const columns = heads.map((head, at) => at).filter((at) => at > 0 && !("notDrawn" in heads[at].dataset));
    const rows = [...table.tBodies[0].rows].filter((row) => row.cells.length === heads.length);
    const number = (cell) => (cell.textContent.trim() === "" ? null : Number(cell.textContent));
    return {
      names: rows.map((row) => row.cells[0].textContent.trim()),
      series: columns.map((at) => ({ name: heads[at].textContent.trim(), values: rows.map((row) => number(row.cells[at])) })),
    };
  };

  // Colours and patterns are told apart without colour too: bars are plain and hatched, lines are solid and dashed.
  const look = () => {
    const style = getComputedStyle(document.body);
    const of = (name) => style.getPropertyValue(name).trim();
    return {
      faint: of("--bs-secondary-color"),
      rule: of("--bs-border-color"),
      colours: [of("--desk-link"), of("--desk-accent")],
    };
  };

  const describe = (table, { names, series }) => {
    const kind = table.dataset.chart;
    const { faint, rule, colours } = look();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const axis = { axisLabel: { color: faint }, axisLine: { lineStyle: { color: rule } } };
    return {
      animation: !still,
      color: colours,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: 20, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: { type: "category", data: names, ...axis },
      yAxis: {
        type: "value",
        minInterval: kind === "bar" ? 1 : undefined,
        max: table.dataset.most ? Number(table.dataset.most) : undefined,
        ...axis,
        splitLine: { lineStyle: { color: rule } },
      },
      series: series.map(({ name, values }, at) => ({
        name,
        type: kind,
        data: values,
        connectNulls: false,
        showSymbol: kind === "line",
        showAllSymbol: true, // a day alone between two without a value is nothing but its point
        symbolSize: 6,
        lineStyle: kind === "line" ? { type: at === 0 ? "solid" : "dashed", width: 2 } : undefined,
        itemStyle: kind === "bar" && at > 0 ? { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 } } : undefined,
      })),
    };
  };

  // What is drawn how; this build of ECharts has no legend of its own.
  const explain = (place, { series }) => {
    if (series.length < 2 || place.previousElementSibling?.matches(".overview-legend")) return;
    const legend = document.createElement("p");
    legend.className = "overview-legend";
    series.forEach(({ name }, at) => {
      const key = document.createElement("span");
      key.className = `overview-key overview-key-${at}`;
      key.textContent = name;
      legend.append(key);
    });
    place.before(legend);
  };

  const draw = (place) => {
    const table = document.getElementById(place.dataset.chartOf);
    const read = readTable(table);
    const has = read.series.some(({ values }) => values.some((value) => value !== null));
    if (!has) return; // nothing to draw: the table says so
    place.hidden = false;
    explain(place, read);
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", `${table.caption.textContent.trim()}：数据见下面的数据表`);
    const chart = drawn.get(place) || window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(describe(table, read), true);
    if (!drawn.has(place)) {
      drawn.set(place, chart);
      table.closest("[data-chart-table]").open = false;
    }
  };

  const drawAll = () => {
    for (const [place, chart] of drawn) {
      if (!place.isConnected) {
        chart.dispose();
        drawn.delete(place);
      }
    }
    if (window.echarts) for (const place of document.querySelectorAll("[data-chart-of]")) draw(place);
  };

  const openForPaper = () => {
    for (const details of document.querySelectorAll("[data-chart-table]")) details.open = true;
  };

  document.addEventListener("DOMContentLoaded", () => {
    drawAll();
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  });
  document.addEventListener("htmx:afterSettle", drawAll);
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  window.addEventListener("beforeprint", openForPaper);
  for (const question of ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"]) {
    window.matchMedia(question).addEventListener("change", drawAll);
  }
})();

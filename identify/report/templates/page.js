"use strict";

// Tables: a click on a heading sorts by its column, a second one reverses the order; numbers start with the largest.
// The sort is stable, so that equal rows keep the order of the sort before.
for (const table of document.querySelectorAll("table")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const numeric = heading.classList.contains("number");
    heading.firstElementChild.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const descending = before ? before === "ascending" : numeric;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = (row) => numeric ? Number(row.cells[column].dataset.key) : row.cells[column].textContent;
      const order = numeric ? (a, b) => a - b : new Intl.Collator(undefined, { numeric: true }).compare;
      const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
      rows.sort((a, b) => descending ? order(b[0], a[0]) : order(a[0], b[0]));
      table.tBodies[0].append(...rows.map((row) => row[1]));
    });
  });
}

// Charts: in the colours of the page, which the browser's colour scheme chooses.
// Only these buttons: some of plotly's others lead to its own server.
const settings = {
  responsive: true,
  displaylogo: false,
  plotlyServerURL: "",
  modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
};
const charts = JSON.parse(document.getElementById("charts").textContent);

async function loadLibrary() {
  const packed = atob(document.getElementById("library").textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

function draw() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = { gridcolor: colour("line"), linecolor: colour("line"), zerolinecolor: colour("line") };
  for (const { id, figure, colours } of charts) {
    const place = document.getElementById(id);
    // Keep which series the reader has chosen, and the zoom.
    const shown = place.data ? place.data.map((trace) => trace.visible) : null;
    const data = figure.data.map((trace, number) => ({
      ...trace,
      visible: shown ? shown[number] : trace.visible,
      marker: { ...trace.marker, color: colour(`series-${colours[number]}`) },
    }));
    const layout = {
      ...figure.layout,
      uirevision: id,
      paper_bgcolor: colour("back"),
      plot_bgcolor: colour("back"),
      font: { color: colour("text"), family: "system-ui, sans-serif", size: 13 },
      hoverlabel: { ...figure.layout.hoverlabel, bgcolor: colour("panel"), bordercolor: colour("line"),
        font: { color: colour("text") } },
      modebar: { bgcolor: "transparent", color: colour("faint"), activecolor: colour("accent") },
      xaxis: { ...figure.layout.xaxis, ...axis },
      yaxis: { ...figure.layout.yaxis, ...axis },
    };
    Plotly.react(place, data, layout, settings);
  }
  document.documentElement.dataset.charts = "drawn";
}

if (charts.length) {
  loadLibrary().then(() => {
    draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }).catch((error) => {
    console.error(error);
    for (const { id } of charts) {
      document.getElementById(id).textContent = "This browser is too old to draw the chart.";
    }
  });
}

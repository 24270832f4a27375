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

// Long tables: the first rows, a button for all, and a field that leaves only the rows with a text.
// Without this script they are whole.
const FIRST_ROWS = 15;

function made(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

for (const table of document.querySelectorAll("table")) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length <= FIRST_ROWS) continue;
  const title = table.closest("section").querySelector("h2").firstChild.textContent.trim();
  const filter = made("input", { type: "search", placeholder: "only rows with…", ariaLabel: `Filter: ${title}` });
  const all = made("button", { type: "button", textContent: `show all ${rows.length.toLocaleString("en")}` });
  let whole = false;
  const update = () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of rows) row.classList.toggle("out", !row.textContent.toLowerCase().includes(wanted));
    table.classList.toggle("limited", !whole && !wanted);
    all.hidden = Boolean(wanted);
    all.textContent = whole ? "show fewer" : `show all ${rows.length.toLocaleString("en")}`;
  };
  filter.addEventListener("input", update);
  all.addEventListener("click", () => { whole = !whole; update(); });
  table.parentElement.before(made("div", { className: "tools" }, filter, all));
  update();
}

// Commands: a button copies one; without it a click selects the whole command.
for (const command of document.querySelectorAll(".command")) {
  const text = command.firstElementChild.textContent;
  const button = made("button", { type: "button", className: "copy", textContent: "copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(command.firstElementChild);
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  });
  command.append(button);
}

// Charts: in the colours of the page, which the browser's colour scheme chooses.  They share their axis of time.
const settings = { responsive: true, displayModeBar: false, plotlyServerURL: "" };
const charts = JSON.parse(document.getElementById("charts").textContent);

async function loadLibrary() {
  const packed = atob(document.getElementById("library").textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

async function draw() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = { gridcolor: colour("line"), linecolor: colour("line"), zerolinecolor: colour("line") };
  const drawn = charts.map(({ id, figure, colours }) => {
    const place = document.getElementById(id);
    // Keep which series the reader has chosen, and the zoom.
    const shown = place.data ? place.data.map((trace) => trace.visible) : null;
    const data = figure.data.map((trace, number) => ({
      ...trace,
      visible: shown ? shown[number] : trace.visible,
      marker: { ...trace.marker, color: colour(colours[number]) },
    }));
    const layout = {
      ...figure.layout,
      uirevision: id,
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: colour("text"), family: "system-ui, sans-serif", size: 12 },
      hoverlabel: { ...figure.layout.hoverlabel, bgcolor: colour("panel"), bordercolor: colour("line"),
        font: { color: colour("text") } },
      xaxis: { ...figure.layout.xaxis, ...axis, nticks: place.clientWidth < 500 ? 3 : figure.layout.xaxis.nticks,
        range: place.layout ? place.layout.xaxis.range : [...figure.layout.xaxis.range] },
      yaxis: { ...figure.layout.yaxis, ...axis, ...(place.layout && { autorange: place.layout.yaxis.autorange }) },
    };
    return Plotly.react(place, data, layout, settings);
  });
  await Promise.all(drawn);
}

// A zoom into one chart zooms all; a double click shows the whole time again.
function link() {
  let busy = false;
  const zoom = async (range) => {
    if (busy) return;
    busy = true;
    await Promise.all(charts.map(({ id }) => Plotly.relayout(id, { "xaxis.range": [...range] })));
    busy = false;
  };
  for (const { id, figure } of charts) {
    const place = document.getElementById(id);
    place.on("plotly_relayout", (change) => {
      if (change["xaxis.range[0]"] !== undefined) zoom([change["xaxis.range[0]"], change["xaxis.range[1]"]]);
      else if (change["xaxis.autorange"]) zoom(figure.layout.xaxis.range);
    });
  }
  for (const button of document.querySelectorAll(".legend button")) {
    button.addEventListener("click", () => {
      const visible = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", visible);
      Plotly.update(button.dataset.chart, { visible }, { "yaxis.autorange": true }, [Number(button.dataset.series)]);
    });
  }
}

if (charts.length) {
  loadLibrary().then(draw).then(() => {
    link();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    document.documentElement.dataset.charts = "drawn";
  }).catch((error) => {
    console.error(error);
    for (const { id } of charts) {
      document.getElementById(id).textContent = "This browser is too old to draw the chart.";
    }
  });
}

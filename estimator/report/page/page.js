"use strict";
// Without this script the page says all of the same at today's volume, cheapest first.
(() => {
  const table = document.getElementById("options");
  if (!table) return;
  const { symbol, decimals, today } = table.dataset;
  const stops = JSON.parse(table.dataset.stops);
  const [volume, find, kind, at] = ["volume", "find", "kind", "at"].map((id) => document.getElementById(id));
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies].map((body) => ({
    body,
    name: body.querySelector(".name").textContent,
    costs: JSON.parse(body.dataset.costs),
    isSure: "sure" in body.dataset,
    kind: body.dataset.kind,
  }));
  let by = "usd", descending = false;

  const written = (amount, places) =>
    amount.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

  // As the rest of the report writes money: whole units from 100 on, cents below.
  function cash(amount) {
    const smallest = 10 ** -decimals;
    if (amount === 0) return `${symbol}0`;
    if (amount < smallest / 2) return `under ${symbol}${smallest}`;
    return symbol + written(amount, amount >= 100 - smallest / 2 ? 0 : Number(decimals));
  }

  function span(low, high) {
    return cash(low) === cash(high) ? cash(low) : `${cash(low)} – ${cash(high)}`;
  }

  // A bill follows the volume; own GPUs come with one figure for each stop; no figures means not computed.
  function costAt(row, stop) {
    if (row.costs.length > 1) return row.costs[stop];
    if (row.costs.length === 1) return row.costs[0].map((amount) => amount * stops[stop][0]);
    return null;
  }

  function draw(row, least, most) {
    const range = row.body.querySelector(".range"), amount = row.body.querySelector(".amount");
    const svg = row.body.querySelector(".span");
    svg.style.visibility = row.cost ? "visible" : "hidden";
    range.textContent = row.cost ? span(row.cost[0], row.cost[2]) : "";
    amount.textContent = row.cost ? cash(row.cost[1]) : "not computed";
    if (!row.cost) return;
    const place = (x) => (x > least && most > least ? (100 * Math.log(x / least)) / Math.log(most / least) : 0);
    const [low, typical, high] = row.cost.map(place);
    svg.querySelector(".reach").setAttribute("x", low);
    svg.querySelector(".reach").setAttribute("width", Math.max(high - low, 0.5));
    svg.querySelector(".typical").setAttribute("x", typical);
  }

  function sort() {
    const key = { name: (row) => row.name.toLowerCase(), usd: (row) => row.cost?.[1] ?? Infinity, high: (row) => row.cost?.[2] ?? Infinity }[by];
    const order = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
    rows.sort((a, b) => (descending ? order(b, a) : order(a, b)));
    table.append(...rows.map((row) => row.body));
    for (const head of heads) {
      if (head.dataset.by === by) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  function filter() {
    const looked = find.value.trim().toLowerCase();
    for (const row of rows) {
      const isKind = !kind.value || (kind.value === "sure" ? row.isSure : row.kind === kind.value);
      row.body.hidden = !isKind || !row.body.rows[0].textContent.toLowerCase().includes(looked);
    }
  }

  function tell() {
    const stop = Number(volume.value), [times, words] = stops[stop];
    const shown = rows.filter((row) => !row.body.hidden);
    const best = rows.filter((row) => row.isSure && row.cost).sort((a, b) => a.cost[1] - b.cost[1])[0];
    const when = times === 1 ? "Today's volume" : `${times} times today's volume`;
    volume.setAttribute("aria-valuetext", `${when}: ${words}`);
    at.textContent = `${when}: ${words}. ` +
      (best ? `Cheapest with a listed price: ${best.name} at ${cash(best.cost[1])} a month. ` : "") +
      (shown.length < rows.length ? `${shown.length} of ${rows.length} shown.` : "");
  }

  function update() {
    for (const row of rows) row.cost = costAt(row, Number(volume.value));
    const amounts = rows.flatMap((row) => row.cost ?? []).filter((amount) => amount > 0);
    const least = Math.min(...amounts), most = Math.max(...amounts);
    for (const row of rows) draw(row, least, most);
    sort();
    filter();
    tell();
  }

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      descending = by === head.dataset.by && !descending;
      by = head.dataset.by;
      sort();
    });
  }
  for (const field of [volume, find, kind]) field.addEventListener("input", update);
  volume.value = today;
  document.getElementById("controls").hidden = false;
  update();
})();

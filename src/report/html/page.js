"use strict";
(() => {
  const root = document.documentElement;
  const fail = (what) => { root.dataset.errors = `${root.dataset.errors ?? ""}${what}\n`; };
  window.addEventListener("error", (event) => fail(event.message));
  window.addEventListener("unhandledrejection", (event) => fail(event.reason));

  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const form = document.querySelector(".filters");
  const details = document.getElementById("details");
  const ofType = document.getElementById("of-type");
  const ofName = document.getElementById("of-name");
  const arcs = document.getElementById("arcs");
  const count = document.getElementById("count");
  const tags = all(".tag");
  const articles = all("article.document");
  const shown = new Set(["right", "wrong", "missed"]);

  // The bars of a piece, those of the statuses that are shown.
  const paint = (piece) => {
    const bars = piece.dataset.bars.split(";").map((bar) => bar.split(",")).filter((bar) => shown.has(bar[2]));
    const stripe = { right: "", wrong: " 0 2px,transparent 2px 4px", missed: " 0 7px,transparent 7px 11px" };
    piece.style.backgroundImage = bars.map(([, colour, status]) =>
      status === "right" ? `linear-gradient(${colour},${colour})`
        : `repeating-linear-gradient(90deg,${colour}${stripe[status]})`).join(",") || "none";
    piece.style.backgroundPosition = bars.map(([lane]) => `0 calc(1.3em + ${lane * 5}px)`).join(",");
  };

  const isShown = (tag) => shown.has(tag.dataset.status) && (!ofType.value || tag.dataset.type === ofType.value);

  const filter = () => {
    const name = ofName.value.toLowerCase();
    articles.forEach((article) => article.classList.toggle("off", !article.dataset.id.toLowerCase().includes(name)));
    tags.forEach((tag) => tag.classList.toggle("off", !isShown(tag)));
    all(".piece[data-bars]").forEach(paint);
    all(".relations li").forEach((item) => item.classList.toggle("off", !shown.has(item.classList[0])));
    const visible = tags.filter((tag) => isShown(tag) && !tag.closest(".off")).length;
    count.textContent = `${visible} of ${tags.length} mentions`;
    draw();
  };

  // An arc between the first two arguments of each relation of a document.
  const drawIn = (article) => {
    const text = article.querySelector(".text");
    text.querySelector(".overlay")?.remove();
    const items = all(".relations li", article).filter((item) => !item.classList.contains("off"));
    if (!arcs.checked || items.length === 0 || article.classList.contains("off")) return;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "overlay");
    svg.setAttribute("aria-hidden", "true");
    const base = text.getBoundingClientRect();
    const place = (key) => {
      const mark = document.getElementById(key);
      if (!mark) return null;
      const box = mark.parentElement.getClientRects()[0];
      return box && { x: box.left - base.left + Math.min(box.width, 40) / 2, y: box.top - base.top + 4 };
    };
    for (const item of items) {
      const [a, b] = item.dataset.ends.split(" ").map(place);
      if (!a || !b) continue;
      const rise = Math.min(26, 8 + Math.abs(a.x - b.x) / 18);
      const path = document.createElementNS(svg.namespaceURI, "path");
      path.setAttribute("class", item.classList[0]);
      path.setAttribute("d", `M${a.x} ${a.y}C${a.x} ${a.y - rise} ${b.x} ${b.y - rise} ${b.x} ${b.y}`);
      svg.append(path);
    }
    text.append(svg);
  };
  const draw = () => articles.forEach(drawIn);

  const line = (name, value) => {
    const part = document.createElement("span");
    part.append(`${name}: `, Object.assign(document.createElement("b"), { textContent: value }), "  ");
    return part;
  };
  const tell = (tag) => {
    const d = tag.dataset;
    details.replaceChildren(line(d.side, `${d.type} “${d.surface}”`), line("class", d.class));
    if (d.value) details.append(line("value", d.value));
    if (d.rule) details.append(line("rule", d.rule));
    details.hidden = false;
  };
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(".tag")) tell(event.target); else details.hidden = true;
  });

  const step = (by) => {
    const wrong = tags.filter((tag) => tag.dataset.status !== "right" && isShown(tag) && !tag.closest(".off"));
    if (wrong.length === 0) return;
    const at = wrong.indexOf(document.activeElement);
    const next = wrong[at < 0 ? (by > 0 ? 0 : wrong.length - 1) : (at + by + wrong.length) % wrong.length];
    next.focus();
    next.scrollIntoView({ block: "center" });
  };
  const buttons = all("button[data-status]", form);
  const toggle = (button) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (on) shown.add(button.dataset.status); else shown.delete(button.dataset.status);
    filter();
  };
  buttons.forEach((button) => button.addEventListener("click", () => toggle(button)));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, select")) return;
    if (event.key === "n" || event.key === "j") step(1);
    else if (event.key === "p" || event.key === "k") step(-1);
    else if (event.key === "/") { event.preventDefault(); ofName.focus(); }
    else if (["1", "2", "3"].includes(event.key)) toggle(buttons[event.key - 1]);
  });

  // Tables are sorted by the column whose head is pressed.
  for (const table of all("table.sortable")) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      if (column === 0) return;
      const button = Object.assign(document.createElement("button"), { textContent: head.textContent, type: "button" });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") === "descending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const value = (row) => { const n = parseFloat(row.cells[column].textContent); return Number.isNaN(n) ? -Infinity : n; };
        const rows = [...table.tBodies[0].rows].sort((a, b) => (up ? 1 : -1) * (value(a) - value(b)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  ofType.addEventListener("change", filter);
  ofName.addEventListener("input", filter);
  arcs.addEventListener("change", draw);
  window.addEventListener("resize", draw);
  window.addEventListener("beforeprint", draw);
  filter();
  root.dataset.ready = "yes";
})();

"use strict";
(() => {
  const words = document.getElementById("said").dataset;
  const say = (text) => { document.getElementById("said").textContent = text; };

  const sort = (table, at, head, heads) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    const place = (body) => body.rows[0].cells[at].dataset.v;
    const bodies = [...table.tBodies].map((body, number) => [place(body), number, body]);
    // What is missing stays at the end, whichever way the others go.
    bodies.sort(([a, m], [b, n]) =>
      (a === "") - (b === "") || (up ? a - b : b - a) || m - n);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    table.append(...bodies.map(([, , body]) => body));
  };

  const filter = (table, text, state) => {
    const wanted = text.trim().toLocaleLowerCase();
    let shown = 0;
    for (const body of table.tBodies) {
      body.words ??= [...body.rows].filter((row) => row.className !== "behind")
        .map((row) => row.textContent).join(" ").toLocaleLowerCase();
      body.hidden = !(body.words.includes(wanted) && (!state || body.dataset.status === state));
      shown += !body.hidden;
    }
    say(words.shown.replace("{shown}", shown).replace("{count}", table.tBodies.length));
    return shown;
  };

  const labelled = (text, field) => {
    const label = document.createElement("label");
    label.append(text, " ", field);
    return label;
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    if (table.tBodies.length < 2) continue; // there is nothing to put in order
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, at, head, heads));
      head.append(button);
    });
    const controls = document.createElement("div");
    controls.className = "controls";
    const field = document.createElement("input");
    field.type = "search";
    controls.append(labelled(words.filter, field));
    const choice = document.createElement("select");
    if (table.dataset.states) {
      choice.append(new Option(words.all, ""));
      const states = new Set([...table.tBodies].map((body) => body.dataset.status));
      for (const state of states) choice.append(new Option(state, state));
      controls.append(labelled(table.dataset.states, choice));
    }
    const told = document.createElement("output");
    controls.append(told);
    const run = () => {
      const shown = filter(table, field.value, choice.value);
      told.textContent = shown === table.tBodies.length
        ? "" : document.getElementById("said").textContent;
    };
    field.addEventListener("input", run);
    choice.addEventListener("change", run);
    table.parentElement.before(controls);
    table.show = (state) => { field.value = ""; choice.value = state; run(); };
  }

  for (const link of document.querySelectorAll("a[data-status]")) {
    link.addEventListener("click", () => {
      document.querySelector("#status table").show?.(link.dataset.status);
    });
  }

  // Who follows a link to a row wants to see it, and what is behind it.
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target || target.tagName !== "TBODY") return;
    if (target.hidden) target.closest("table").show("");
    const more = target.querySelector("details");
    if (more) more.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
})();

"use strict";
// The page asks the server for every figure: nothing is reckoned here. What the server sends as
// HTML has escaped every name in it; what is put together here goes in as text.
(() => {
  const body = document.body;
  const words = body.dataset;
  const token = document.querySelector("meta[name=projector-token]").content;
  const language = document.documentElement.lang;
  const of = (id) => document.getElementById(id);
  const controls = new Map();
  for (const element of document.querySelectorAll(".control")) {
    controls.set(element.dataset.key, element);
  }
  const kept = "projector-" + token;
  let moved = new Map();
  let file = of("yaml").textContent;
  let running = false;
  let waiting = false;

  function shown(element) {
    const [range, number] = ["range", "number"].map((kind) =>
      element.querySelector(`input[type=${kind}]`));
    const choice = element.querySelector("select");
    const on = element.querySelector("input[type=checkbox]");
    return { range, number, choice, on };
  }

  function put(element, text) {
    const { range, number, choice, on } = shown(element);
    if (range) { range.value = text; number.value = text; }
    if (choice) choice.value = text;
    if (on) on.checked = text === "on";
  }

  function move(key, text) {
    const element = controls.get(key);
    // Back where it stood nothing is moved: of what only the inputs know, their own figure holds.
    if (text === element.dataset.value) moved.delete(key);
    else moved.set(key, text);
    mark(key);
    remember();
    ask();
  }

  function mark(key) {
    const element = controls.get(key);
    const is = moved.has(key);
    element.classList.toggle("is-moved", is);
    element.querySelector(".reset").hidden = !is;
    for (const group of document.querySelectorAll("details.group")) {
      group.classList.toggle("has-moved", group.querySelector(".is-moved") !== null);
    }
    list();
  }

  function list() {
    const items = [];
    for (const [key, text] of moved) {
      const element = controls.get(key);
      const item = document.createElement("li");
      const unit = element.querySelector(".unit");
      const said = (value) => {
        if (element.dataset.kind === "switch") return value === "on" ? words.on : words.off;
        if (element.dataset.kind === "choice") {
          for (const one of element.querySelectorAll("option")) {
            if (one.value === value) return one.textContent;
          }
        }
        const figure = language === "nb" ? value.replace(".", ",") : value;
        return figure + (unit && unit.textContent ? " " + unit.textContent : "");
      };
      item.append(`${element.dataset.name}: ${said(element.dataset.value)} → ${said(text)} `);
      const back = document.createElement("button");
      back.type = "button";
      back.className = "plain";
      back.textContent = element.querySelector(".reset").textContent;
      back.setAttribute("aria-label", words.reset.replace("{name}", element.dataset.name));
      back.addEventListener("click", () => reset([key]));
      item.append(back);
      items.push(item);
    }
    of("changed").replaceChildren(...items);
    of("nothing").hidden = items.length > 0;
    of("reset-all").hidden = items.length === 0;
    of("download").disabled = items.length === 0;
  }

  function reset(keys) {
    for (const key of keys) {
      put(controls.get(key), controls.get(key).dataset.value);
      moved.delete(key);
      mark(key);
    }
    remember();
    ask();
  }

  function remember() {
    const said = { moved: [...moved] };
    for (const id of ["region", "result", "part", "year"]) said[id] = of(id).value;
    sessionStorage.setItem(kept, JSON.stringify(said));
  }

  function parts(chosen) {
    const options = [new Option(words.all, "")];
    for (const one of of("parts").options) {
      if (one.dataset.result === of("result").value) {
        options.push(new Option(one.textContent, one.value));
      }
    }
    of("part").replaceChildren(...options);
    of("part").value = chosen;
    if (of("part").selectedIndex < 0) of("part").value = "";
  }

  async function ask() {
    if (running) { waiting = true; return; }
    running = true;
    do {
      waiting = false;
      body.setAttribute("aria-busy", "true");
      // First what stands on the page, then what takes longest, unless there is something newer.
      if (await fetched(true) && !waiting) await fetched(false);
    } while (waiting);
    body.removeAttribute("aria-busy");
    running = false;
  }

  // Whether the answer lacks something that the next has.
  async function fetched(first) {
    const began = performance.now();
    const slow = setTimeout(() => { of("status").textContent = words.busy; }, 300);
    const asked = {
      moved: Object.fromEntries(moved),
      region: of("region").value,
      result: of("result").value,
      part: of("part").value,
      year: Number(of("year").value),
      language,
      first,
    };
    let said;
    try {
      const response = await fetch("/figures", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Projector-Token": token },
        body: JSON.stringify(asked),
        credentials: "omit",
      });
      if (response.status === 429) {
        await new Promise((done) => setTimeout(done, 200));
        waiting = true;
        return false;
      }
      said = await response.json();
    } catch {
      said = { problems: [words.lost] };
    } finally {
      clearTimeout(slow);
    }
    problems(said.problems || []);
    if (said.problems) { of("status").textContent = ""; return false; }
    const before = new Map();
    for (const card of of("cards").children) before.set(card.dataset.card, card);
    for (const [id, html] of Object.entries(said.html)) redraw(of(id), html);
    for (const card of of("cards").querySelectorAll(".waits")) {
      const old = before.get(card.dataset.card);
      old.classList.add("waits");
      card.replaceWith(old);
    }
    file = said.file;
    of("yaml").textContent = file;
    if (first) {
      const took = Math.round(performance.now() - began);
      body.dataset.took = took;
      of("status").textContent = words.done.replace("{ms}", took);
    }
    if (said.whole) body.dataset.answered = Number(body.dataset.answered || 0) + 1;
    return !said.whole;
  }

  function redraw(element, html) {
    const open = [...element.querySelectorAll("details")].map((one) => one.open);
    element.innerHTML = html;
    [...element.querySelectorAll("details")].forEach((one, i) => { one.open = open[i] || false; });
  }

  function problems(found) {
    const box = of("problems");
    box.hidden = found.length === 0;
    const title = document.createElement("h2");
    title.textContent = words.problems;
    const items = document.createElement("ul");
    for (const text of found) {
      const item = document.createElement("li");
      item.textContent = text;
      items.append(item);
    }
    box.replaceChildren(...(found.length ? [title, items] : []));
  }

  function search() {
    const asked = of("search").value.trim().toLocaleLowerCase().split(/\s+/);
    let any = false;
    for (const group of document.querySelectorAll("details.group")) {
      const name = group.querySelector("summary").textContent.toLocaleLowerCase();
      let here = false;
      for (const set of group.querySelectorAll("fieldset")) {
        let inside = false;
        for (const control of set.querySelectorAll(".control")) {
          const text = name + control.dataset.name.toLocaleLowerCase()
            + control.textContent.toLocaleLowerCase() + control.dataset.key.toLocaleLowerCase();
          const fits = asked.every((one) => text.includes(one));
          control.hidden = !fits;
          inside = inside || fits;
        }
        set.hidden = !inside;
        here = here || inside;
      }
      group.hidden = !here;
      if (here && asked[0] !== "") group.open = true;
      any = any || here;
    }
    of("none").hidden = any;
  }

  for (const [key, element] of controls) {
    const { range, number, choice, on } = shown(element);
    if (range) {
      range.addEventListener("input", () => { number.value = range.value; move(key, range.value); });
      number.addEventListener("change", () => {
        if (number.value === "") { reset([key]); return; }
        range.value = number.value;
        move(key, number.value);
      });
    }
    if (choice) choice.addEventListener("change", () => move(key, choice.value));
    if (on) on.addEventListener("change", () => move(key, on.checked ? "on" : "off"));
    element.querySelector(".reset").addEventListener("click", () => reset([key]));
  }
  of("search").addEventListener("input", search);
  of("show").addEventListener("submit", (event) => event.preventDefault());
  of("result").addEventListener("change", () => { parts(""); remember(); ask(); });
  for (const id of ["region", "part", "year"]) {
    of(id).addEventListener("change", () => { remember(); ask(); });
  }
  of("table").addEventListener("click", (event) => {
    const pick = event.target.closest("button[data-part]");
    if (pick === null) return;
    of("part").value = pick.dataset.part;
    remember();
    ask();
  });
  of("reset-all").addEventListener("click", () => reset([...moved.keys()]));
  of("download").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file], { type: "application/yaml" }));
    link.download = words.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  if (matchMedia("(max-width: 52rem)").matches) {
    for (const group of document.querySelectorAll("details.group")) group.open = false;
  }
  const before = JSON.parse(sessionStorage.getItem(kept) || "null");
  parts("");
  if (before !== null) {
    for (const id of ["region", "result", "year"]) of(id).value = before[id];
    parts(before.part);
    for (const [key, text] of before.moved) {
      if (!controls.has(key)) continue;
      moved.set(key, text);
      put(controls.get(key), text);
      mark(key);
    }
    ask();
  }
  list();
})();

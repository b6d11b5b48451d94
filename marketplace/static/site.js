// Small comforts on top of pages that work without them.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  if (form.method === "post") {
    // A second click sends nothing; the server would refuse it anyway.
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(() => { delete form.dataset.sent; }, 4000);
  }
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.getElementById(input.getAttribute("list"));
  let timer = 0, asked = "";
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(async () => {
      const text = input.value.trim();
      if (!text || text === asked) return;
      asked = text;
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`, {headers: {Accept: "application/json"}});
      if (!answer.ok || input.value.trim() !== text) return;
      const {suggestions} = await answer.json();
      list.replaceChildren(...suggestions.map((s) => {
        const option = document.createElement("option");
        option.value = s.text;
        if (s.note) option.label = `${s.text} ${s.note}`;
        return option;
      }));
    }, 120);
  });
}

for (const box of document.querySelectorAll("input[data-check-all]")) {
  box.addEventListener("change", () => {
    for (const one of document.querySelectorAll(box.dataset.checkAll)) one.checked = box.checked;
  });
}

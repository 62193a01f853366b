// A native range input beside a number field, or beside a list of names, for the same value.
function element(tag, attributes, parent) {
  const made = Object.assign(document.createElement(tag), attributes);
  parent.append(made);
  return made;
}

function render({ model, el }) {
  const id = `cnn-slider-${Math.random()}`;
  const row = element("div", { className: "cnn-slider" }, el);
  row.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrow keys for itself
  row.addEventListener("keydown", (event) => event.stopPropagation());
  const label = element("label", { htmlFor: id }, row);
  const names = model.get("names").length > 0;
  const field = element(names ? "select" : "input", { id }, row);
  const range = element("input", { type: "range" }, row);
  if (!names) field.type = "number";
  let held = false;

  function write(value) {
    field.value = value;
    range.value = value;
    if (names) range.setAttribute("aria-valuetext", model.get("names")[value] ?? "");
  }

  function read() {
    label.textContent = model.get("label");
    range.setAttribute("aria-label", model.get("label"));
    if (names) {
      const options = model.get("names").map((name, value) => new Option(name, value));
      field.replaceChildren(...options);
    }
    for (const input of names ? [range] : [range, field])
      for (const limit of ["min", "max", "step"]) input[limit] = model.get(limit);
    row.classList.toggle("cnn-fixed", model.get("min") === model.get("max"));
    if (!held) write(model.get("value"));
  }

  function send(given) {
    const value = Math.min(Math.max(Number(given), model.get("min")), model.get("max"));
    write(value);
    model.set("value", value);
    model.save_changes();
  }

  field.addEventListener("change", () => send(field.value));
  range.addEventListener("pointerdown", () => (held = true));
  range.addEventListener("input", () => (model.get("live") ? send : write)(range.value));
  range.addEventListener("change", () => {
    held = false;
    send(range.value);
  });
  model.on("change", read);
  read();
  return () => model.off("change", read);
}

export default { render };

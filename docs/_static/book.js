"use strict";
/* A chosen prediction opens its answer, and a quiz counts; without scripts all still unfolds. */

function keepPrediction(form, value) {
  const name = form.dataset.answer;
  const answer = document.getElementById(name);
  let chosen = answer.querySelector(".chosen");
  if (!chosen) {
    chosen = document.createElement("p");
    chosen.className = "chosen";
    chosen.setAttribute("role", "status");
    answer.querySelector("summary").after(chosen);
  }
  chosen.textContent = "You predicted: " + value;
  answer.open = true;
  const cell = document.querySelector("tr[data-answer=" + name + "] .chosen");
  if (cell) cell.textContent = value;
}

function countRight(form) {
  const chosen = [...form.querySelectorAll("input:checked")];
  const replies = chosen.map(input => input.closest("label").nextElementSibling);
  const right = replies.filter(reply => reply.classList.contains("right")).length;
  const all = form.querySelectorAll("fieldset").length;
  form.querySelector(".score").textContent =
    right + " of " + all + " right" + (chosen.length < all ? " so far" : "");
}

document.addEventListener("change", event => {
  const form = event.target.closest("form.question");
  if (!form) return;
  if (form.classList.contains("quiz")) countRight(form);
  else keepPrediction(form, event.target.value);
});

/* A page of the gallery in a frame says how high it is. */
window.addEventListener("message", event => {
  const frames = [...document.querySelectorAll(".twin iframe")];
  const sender = frames.find(frame => frame.contentWindow === event.source);
  if (sender && event.data.height) sender.style.height = event.data.height + "px";
});

// Characters left, as text under a long field. The field is never cut: too much is said, not lost.
export function start(notes, kit) {
  for (const note of notes) {
    const field = document.getElementById(note.dataset.countFor);
    if (!field) continue;
    const limit = Number(field.dataset.maxlength);
    const show = () => {
      const left = limit - [...field.value.replace(/\r\n/g, "\n").trim()].length;
      note.textContent = left >= 0 ? kit.say("left", { n: left }) : kit.say("over", { n: -left });
      note.classList.toggle("over", left < 0);
    };
    field.addEventListener("input", show);
    show();
  }
}

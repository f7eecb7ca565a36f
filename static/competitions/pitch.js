// A page that follows a pitch session: its clock ticks here, its content is fetched again when something changed.
const EVERY = 2000;
const SLOWEST = 30000;

const text = (seconds) => {
  const whole = Math.abs(seconds);
  const pad = (n) => String(n).padStart(2, "0");
  return `${seconds < 0 ? "+" : ""}${pad(Math.floor(whole / 60))}:${pad(whole % 60)}`;
};

let begun = performance.now();

function tick() {
  for (const face of document.querySelectorAll("[data-clock][data-runs]")) {
    const left = Number(face.dataset.seconds) - Math.floor((performance.now() - begun) / 1000);
    face.textContent = text(left);
    face.classList.toggle("over", left < 0);
  }
}

// Somebody who is writing is not interrupted; the next round asks again.
const typing = () => document.activeElement?.matches("input, textarea, select") || document.querySelector("dialog[open]");

async function redraw(box) {
  if (box.dataset.live === "reload") return typing() ? undefined : location.reload();
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok || answer.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
  if (!fresh) return location.reload();
  begun = performance.now();
  box.replaceWith(document.adoptNode(fresh));
  tick();
  return undefined;
}

function follow() {
  let pause = EVERY;
  const ask = async () => {
    const box = document.querySelector("[data-live]");
    try {
      const answer = await fetch(box.dataset.url, {
        headers: { Accept: "application/json", "If-None-Match": `"${box.dataset.mark}"` },
        cache: "no-store",
      });
      if ([401, 403, 404].includes(answer.status)) return location.reload();
      if (answer.status === 200) await redraw(box);
      else if (answer.status !== 304) throw new Error(answer.status);
      pause = EVERY;
    } catch {
      pause = Math.min(pause * 2, SLOWEST);
    }
    return setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}

setInterval(tick, 250);
follow();

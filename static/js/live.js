// Progress of work that runs elsewhere: asks until it has ended, then stops asking.
const ENDED = new Set(["done", "failed"]);

export function start(boxes, kit) {
  for (const box of boxes) watch(box, kit);
}

function watch(box, kit) {
  const words = JSON.parse(box.dataset.jobWords || "{}");
  const part = (name) => box.querySelector(`[data-job-${name}]`);
  let pause = 1000;

  const show = (job) => {
    part("state").textContent = words[job.state] || job.state;
    part("note").textContent = job.note || "";
    const bar = part("progress").querySelector("progress");
    bar.max = job.total || 1;
    bar.value = job.done || 0;
    part("count").textContent = job.total ? `${job.done || 0} / ${job.total}` : "";
    part("progress").hidden = ENDED.has(job.state);
    part("failed").hidden = job.state !== "failed";
    if (ENDED.has(job.state) && job.url) {
      part("link").href = job.url;
      part("link").hidden = false;
      part("link").focus();
    }
  };

  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      const job = await answer.json();
      show(job);
      if (ENDED.has(job.state)) return undefined;
      pause = 1000;
    } catch {
      part("note").textContent = kit.say("poll_lost");
      pause = Math.min(pause * 2, 30000);
    }
    return setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}

// Says when the same document is open in another tab. Both go on saving; the server merges by field.
export function meet(draft) {
  if (!("BroadcastChannel" in window)) return null;
  const { form, kit, url } = draft;
  const channel = new BroadcastChannel(kit.DRAFT + url);
  let told = false;
  channel.onmessage = ({ data }) => {
    if (data.kind === "hello") channel.postMessage({ kind: "here" });
    if (told || (data.kind !== "hello" && data.kind !== "here")) return;
    told = true;
    form.prepend(kit.make("div", { class: "notice", role: "status" }, kit.make("p", { text: kit.say("other_tab") })));
  };
  channel.postMessage({ kind: "hello" });
  return channel;
}

// Asks once more before a button with data-confirm does its work. Without JavaScript the form just posts.
export async function start(buttons, kit) {
  const { open } = await kit.load("dialog");
  for (const button of buttons) {
    let agreed = false;
    button.addEventListener("click", (event) => {
      if (agreed) {
        agreed = false;
        return;
      }
      event.preventDefault();
      const yes = kit.make("button", { type: "button", class: button.className, text: button.textContent.trim(), onclick: () => close(true) });
      const no = kit.make("button", { type: "button", class: "button", text: kit.say("cancel"), onclick: () => close(null) });
      const close = open(
        kit,
        kit.say("confirm_title"),
        [kit.make("p", { text: button.dataset.confirm }), kit.make("div", { class: "actions" }, yes, no)],
        (answer) => {
          if (!answer) return;
          agreed = true;
          button.click();
        },
      );
    });
  }
}

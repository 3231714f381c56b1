// `netpolis/element` for bundlers: importing it defines <netpolis-scene>. `src` has to say where the site is.
import "./embed.js";

/** The class of `<netpolis-scene>`. */
export const NetpolisScene = customElements.get("netpolis-scene");

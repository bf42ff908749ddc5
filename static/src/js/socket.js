// A WebSocket that stays: it reconnects with growing, jittered pauses, echoes heartbeats and says what state it is in.

const SILENCE_MS = 15_000; // the server sends a heartbeat every 5 s
const LONGEST_PAUSE_MS = 30_000;

/**
 * States: "connecting" (first time), "live", "reconnecting", "offline" (the browser has no network), "refused" (the server
 * does not want this client: not tried again).
 */
export class Socket {
  #url;
  #onMessage;
  #onState;
  #socket = null;
  #attempts = 0;
  #timer = 0;
  #silence = 0;
  #closed = false;

  /**
   * `url()` is asked before each attempt, so that it can name the newest event seen. `onMessage(message)` gets every
   * parsed frame but heartbeats; `onState(state)` every change of state; subscribe again when it says "live".
   */
  constructor({ url, onMessage, onState = () => {} }) {
    this.#url = url;
    this.#onMessage = onMessage;
    this.#onState = onState;
    this.state = "";
    addEventListener("online", this.#retryNow);
    addEventListener("offline", this.#wentOffline);
    addEventListener("pagehide", this.#suspend);
    addEventListener("pageshow", this.#resume);
    this.#open();
  }

  /** Send an object as JSON; false when the socket is not live (what was asked must then be asked again when it is). */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.#closed = true;
    removeEventListener("online", this.#retryNow);
    removeEventListener("offline", this.#wentOffline);
    removeEventListener("pagehide", this.#suspend);
    removeEventListener("pageshow", this.#resume);
    this.#drop();
  }

  #open() {
    this.#setState(this.#attempts === 0 ? "connecting" : "reconnecting");
    const socket = new WebSocket(new URL(this.#url(), location.href));
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempts = 0;
      this.#heard();
      this.#setState("live");
    };
    socket.onmessage = ({ data }) => {
      this.#heard();
      const message = JSON.parse(data);
      if (message.type === "heartbeat") this.send({ action: "heartbeat", seq: message.seq });
      else this.#onMessage(message);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      // 4xxx that mean "not you": signing in again is needed, trying again is not.
      if (code === 4401 || code === 4403 || code === 4404) this.#refuse();
      else this.#reconnectLater();
    };
    this.#watch();
  }

  /** Wait between half of and the full pause, which doubles with every attempt, so that clients do not return in step. */
  #reconnectLater() {
    this.#drop();
    if (this.#closed) return;
    const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#setState(navigator.onLine ? "reconnecting" : "offline");
    this.#timer = setTimeout(() => this.#open(), pause * (0.5 + Math.random() / 2));
  }

  #refuse() {
    this.#drop();
    this.#setState("refused");
  }

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #heard() {
    clearTimeout(this.#silence);
    this.#watch();
  }

  /** A connection that says nothing for too long is dead, whatever the operating system thinks. */
  #watch() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#reconnectLater(), SILENCE_MS);
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#onState(state);
  }

  #retryNow = () => {
    if (this.state === "live" || this.state === "refused") return;
    this.#drop();
    this.#open();
  };

  #wentOffline = () => {
    if (this.state !== "refused") this.#setState("offline");
  };

  #suspend = () => this.#drop();

  #resume = ({ persisted }) => {
    if (!persisted || this.#closed || this.state === "refused") return;
    this.#attempts = 1;
    this.#open();
  };
}

// What a browser keeps; where it forbids that, nothing is kept and nothing fails.

export function read(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

// Under what a visitor's conversations are kept.
export const historyKey = (visitor) => `conversations/${visitor}`;

// Whether it was kept; null removes what is there.
export function store(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

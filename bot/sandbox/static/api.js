// Speaks the sandbox's JSON control interface.

/** The sandbox refused a call (its own words) or can't be reached. */
export class ControlError extends Error {}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw new ControlError("连不上演练台，请看它是否还在运行");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ControlError(`演练台说：${answer.error ?? response.status}`);
  return answer;
}

const citizenPath = (openid) => `/control/citizens/${encodeURIComponent(openid)}`;

export const readState = () => call("GET", "/control/state");
export const readInbox = (openid, after) => call("GET", `${citizenPath(openid)}/inbox?after=${after}`);
export const readExchanges = (after) => call("GET", `/control/exchanges?after=${after}`);
export const readTemplates = () => call("GET", "/control/templates");
export const readCalls = (path) => call("GET", `/control/calls?path=${encodeURIComponent(path)}`);
export const addCitizen = (name) => call("POST", "/control/citizens", { name });
export const setConfig = (change) => call("POST", "/control/config", change);
export const setClock = (change) => call("POST", "/control/clock", change);
export const addFault = (fault) => call("POST", "/control/faults", fault);
export const clearFaults = () => call("DELETE", "/control/faults");
export const removeFault = (id) => call("DELETE", `/control/faults/${encodeURIComponent(id)}`);
export const reset = () => call("POST", "/control/reset", {});

/** One thing that a citizen does (says, taps, follows …); answers when the service's verdict is known. */
export const act = (openid, verb, body = {}) => call("POST", `${citizenPath(openid)}/${verb}`, body);

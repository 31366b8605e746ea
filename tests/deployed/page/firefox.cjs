// Loaded by Playwright's driver. Playwright sends a command about media features to every page, which
// Firefox ESR does not know; it gets a harmless command instead. Pages then have the default features.
const { stringify } = JSON;
JSON.stringify = (value, ...more) => {
  const unknown = value?.method === "emulation.setMediaFeaturesOverride";
  return stringify(unknown ? { ...value, method: "session.status", params: {} } : value, ...more);
};

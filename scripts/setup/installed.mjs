// Whether node_modules holds what the lockfile says. Dates can't tell: a checkout gives every file a new one.

/**
 * Compares package-lock.json with the record that npm keeps in node_modules (both parsed). Optional packages may be
 * missing: they are for other systems.
 */
export function isInstalled(lock, installed) {
  return Object.entries(lock.packages ?? {})
    .filter(([path]) => path !== '')
    .every(([path, wanted]) => {
      const present = installed.packages?.[path];
      if (present === undefined) return wanted.optional === true || wanted.devOptional === true;
      return present.version === wanted.version && present.integrity === wanted.integrity;
    });
}

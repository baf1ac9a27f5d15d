import type { AccessOptions } from '@patchbay/engine/access';
import type { Settings } from '@patchbay/engine/config';

/** The settings that bound failed logins. */
export function loginThrottleOf(settings: Settings): AccessOptions['loginThrottle'] {
  return {
    attempts: settings['patchbay.security.loginThrottle.attempts'],
    windowMs: settings['patchbay.security.loginThrottle.window'],
    blockMs: settings['patchbay.security.loginThrottle.block'],
  };
}

import type { AccessOptions } from '@patchbay/engine/access';
import type { Settings } from '@patchbay/engine/config';

/** The settings that bound failed logins, and how long sessions last. */
export function accessLimits(settings: Settings): Pick<AccessOptions, 'loginThrottle' | 'sessions'> {
  return {
    loginThrottle: {
      attempts: settings['patchbay.security.loginThrottle.attempts'],
      windowMs: settings['patchbay.security.loginThrottle.window'],
      blockMs: settings['patchbay.security.loginThrottle.block'],
    },
    sessions: {
      idleTimeoutMs: settings['xpack.security.session.idleTimeout'],
      lifespanMs: settings['xpack.security.session.lifespan'],
    },
  };
}

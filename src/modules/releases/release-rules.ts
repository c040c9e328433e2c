/** How releases are published, as the settings have it. */
export interface ReleaseRules {
  /** Whether a stable release waits for a second person to confirm it. */
  confirmStable: boolean;
}

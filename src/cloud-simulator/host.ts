/** A hypervisor of the simulated cloud. */
export interface Host {
  readonly name: string;
  readonly zone: string;
  /** Its id as a compute service, and as a hypervisor. */
  readonly serviceId: string;
  readonly hypervisorId: string;
  /** false: it has died. What runs there does not answer, and operations hang until it is back. */
  isUp: boolean;
  /** An administrator has said that it is down. */
  isForcedDown: boolean;
  isDisabled: boolean;
  disabledReason: string | null;
  /** Servers were evacuated from it, and it has not come back since. */
  hasEvacuated: boolean;
}

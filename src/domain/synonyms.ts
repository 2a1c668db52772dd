/**
 * What users of neighbouring systems call the same thing: Senlin, Heat and Nova, Kubernetes, systemd, Docker
 * Compose, CI systems. A word stands for several of ours where several documents have it; the first that is
 * known where the word stands is suggested.
 */
const synonyms: Readonly<Record<string, string>> = {
  // Profiles of processes
  command: 'cmd exec exec_start args argv entrypoint program binary run shell script',
  env: 'environment environ envs variables vars environment_variables env_vars',
  cwd: 'dir directory chdir work_dir working_dir working_directory workdir root_directory',
  port: 'ports container_port listen_port host_port',
  stop_signal: 'kill_signal signal',
  stop_timeout:
    'timeout_stop_sec stop_grace_period termination_grace_period_seconds grace_period kill_timeout timeout',
  log_limit: 'log_size max_log_size log_max_size max_size',

  // Profiles of servers and stacks
  flavor: 'flavour instance_type machine_type size flavor_id flavor_name flavor_ref',
  image: 'image_id image_ref image_name os snapshot',
  key_name: 'key keypair key_pair ssh_key',
  networks: 'nics net nic interfaces',
  availability_zone: 'az zone',
  block_device_mapping_v2: 'block_device_mapping block_devices bdm volumes disks',
  user_data: 'cloud_init userdata_file startup_script',
  metadata: 'meta labels tags annotations properties',
  admin_pass: 'password admin_password root_password',
  security_groups: 'sg sgs firewall',
  template: 'heat_template hot template_file',

  // Health policies
  detection_modes: 'modes detectors checks probes detection_type',
  detection: 'health_check detect monitoring',
  recovery: 'recover remediation repair healing',
  safety: 'limits protection guards',
  options: 'params parameters',
  interval: 'period period_seconds check_interval every health_check_interval restart_sec',
  node_update_timeout: 'initial_delay initial_delay_seconds grace grace_period start_period start_timeout',
  failure_threshold: 'unhealthy_threshold threshold failures',
  success_threshold: 'healthy_threshold rise',
  poll_url: 'uri endpoint health_url healthcheck_url http_get',
  poll_url_timeout: 'timeout timeout_seconds request_timeout',
  poll_url_retry_limit: 'retries retry retry_limit attempts',
  poll_url_retry_interval: 'retry_interval retry_delay',
  poll_url_healthy_response: 'expect expected response match',
  poll_url_ssl_verify: 'verify_ssl ssl_verify tls_verify verify insecure_skip_verify insecure',
  pool: 'pool_id lb_pool loadbalancer',
  actions: 'recovery_action action recovery_actions steps',
  params: 'parameters options args arguments',
  inputs: 'input parameters params args',
  workflow_name: 'workflow name workflow_id',
  attempts: 'retries retry max_attempts tries max_retries retry_limit',
  backoff: 'retry_delay delay retry_interval wait',
  before: 'pre pre_hooks pre_hook hooks pre_stop',
  after: 'post post_hooks post_hook post_start',
  when: 'if condition only_if only',
  failure: 'class classes failure_class failure_classes reason',
  on_failure: 'on_error otherwise else',
  on_exhausted: 'on_failure on_error on_failed',
  on_success: 'on_recovered on_healthy then',
  retry: 'retries restart_policy restart quarantine',
  episodes: 'count attempts limit max_attempts start_limit_burst burst retries failures max',
  window: 'within period per start_limit_interval_sec start_limit_interval duration',
  within: 'window period',
  delay: 'wait interval backoff restart_sec sleep',
  percent: 'percentage share ratio',
  at_least: 'min minimum least',
  max_in_flight: 'max_unavailable max_concurrent parallelism concurrency max_parallel batch_size',
  max_unhealthy: 'unhealthy_limit max_failed',
  rate_limit: 'rate throttle',
  breaker: 'circuit_breaker',
  failures: 'threshold max_failures limit count',
  open: 'cooldown timeout reset_timeout open_for',
  zone_outage: 'zone outage domain_outage',
  surge: 'max_surge create_before_destroy create_before_delete',
  stabilize: 'settle_time settle stabilization_window cooldown',
  verify: 'verification check',

  // Options of the command line
  capacity: 'size desired_capacity count replicas number',
  size: 'capacity desired_capacity replicas',
  'min-size': 'min minimum',
  'max-size': 'max maximum',

  // Words of a health policy
  REBOOT: 'restart reset power_cycle',
  REBUILD: 'reinstall reprovision reimage',
  RECREATE: 'replace respawn redeploy delete_and_create recreate_node',
  EVACUATE: 'fail_over failover',
  MIGRATE: 'live_migrate cold_migrate move',
  START: 'power_on boot',
  WORKFLOW: 'mistral run_workflow',
  NODE_STATUS_POLLING: 'status polling vm_status server_status vm_status_polling node_status poll_status',
  NODE_STATUS_POLL_URL:
    'url http https poll_url http_get healthcheck health_check polling_url vm_status_poll_url',
  LIFECYCLE_EVENTS: 'events vm_lifecycle_events notifications event',
  HYPERVISOR_STATUS_POLLING: 'hypervisor host host_status compute',
  LB_STATUS_POLLING: 'lb loadbalancer load_balancer octavia lb_status',
  ESCALATE: 'one_by_one until_healthy stepwise',
  CHAIN: 'all sequence sequential',
  OBSERVE: 'dry_run dryrun audit monitor warn disabled off',
  ENFORCE: 'on enabled active',
  STOP: 'abort fail end exit break',
  NEXT: 'continue go_on ignore proceed',
  GOTO: 'jump goto_id go_to',
  DETECTION: 'http url health_check probe',
  NONE: 'never off false no',
  HOLD: 'wait pause block freeze',
  REPLACE_ELSEWHERE: 'replace evacuate move relocate',
  ZONE: 'az availability_zone',
  HOST: 'hypervisor compute_node',
  LABEL: 'metadata tag',

  // Actions of receivers
  CLUSTER_SCALE_OUT:
    'cluster_scale_up scale_up cluster_grow grow cluster_expand expand cluster_scaleup cluster_upscale upscale',
  CLUSTER_SCALE_IN:
    'cluster_scale_down scale_down cluster_shrink shrink cluster_reduce reduce cluster_scaledown cluster_downscale downscale',
  CLUSTER_RESIZE: 'cluster_scale scale set_capacity',

  // Placeholders
  nodename: 'name node hostname host node_name',
  nodeid: 'id uuid',
  physical_id: 'server_id instance_id',
  address: 'ip addr ip_address host hostname fqdn',
  cluster_id: 'cluster',

  // Workflows
  tasks: 'task steps jobs stages',
  input: 'inputs params parameters args arguments',
  output: 'outputs result returns',
  vars: 'variables env environment',
  action: 'run uses call do',
  workflow: 'sub_workflow subworkflow',
  'with-items': 'for_each foreach loop items with',
  'on-success': 'then next on_ok success',
  'on-error': 'on_failure on_fail catch rescue failure',
  'on-complete': 'finally always on_done on_end ensure',
  requires: 'depends_on needs dependencies depends after',
  publish: 'register set export outputs save output',
  join: 'wait_for wait_all',
  'break-on': 'until',
  'continue-on': 'while',
  count: 'attempts max max_attempts limit times retries',
  'wait-before': 'delay sleep wait',
  'fail-on': 'failed_when fail_if',
  'task-defaults': 'defaults default',
};

const bySynonym = invert();

function invert(): ReadonlyMap<string, readonly string[]> {
  const inverted = new Map<string, string[]>();
  for (const [ours, theirs] of Object.entries(synonyms)) {
    for (const word of theirs.split(/\s+/)) {
      const letters = word.replaceAll('_', '');
      inverted.set(letters, [...(inverted.get(letters) ?? []), ours]);
    }
  }
  return inverted;
}

/** @param letters a word in lower case, without blanks, `_`, `-` and `.`. */
export function synonymsOf(letters: string): readonly string[] {
  return bySynonym.get(letters) ?? [];
}

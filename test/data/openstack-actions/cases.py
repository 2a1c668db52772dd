"""A call of each method of OpenStack's Python clients, and what the service answers."""

S = "5f1ea2d6-53f5-4d2c-9e35-53c1cbd1a001"
OBJ = {"id": S, "name": "web"}
STACK = "web/" + S
CASES = []


def case(action, given=None, answer=None, status=200, **more):
    CASES.append({"action": action, "input": given or {}, "status": status,
                  "answer": answer, **more})


def each(namespace, names, given, answer=None, status=202):
    for name in names.split():
        case(f"{namespace}.{name}", given, answer, status)


server = {"server": S}
each("nova", "servers_delete servers_force_delete servers_restore servers_start servers_stop "
     "servers_pause servers_unpause servers_suspend servers_resume servers_lock servers_unlock "
     "servers_rescue servers_unrescue servers_shelve servers_shelve_offload servers_unshelve "
     "servers_reboot servers_evacuate servers_migrate servers_confirm_resize "
     "servers_revert_resize servers_reset_state servers_reset_network servers_trigger_crash_dump",
     server)
case("nova.servers_get", server, {"server": {**OBJ, "OS-EXT-SRV-ATTR:host": "h1"}})
case("nova.servers_list", {}, {"servers": [OBJ]})
case("nova.servers_list", {"detailed": False, "limit": 5, "marker": S, "sort_keys": ["name"],
     "sort_dirs": ["asc"], "search_opts": {"status": "ERROR", "all_tenants": True, "host": "",
                                           "locked": False}}, {"servers": [OBJ]})
case("nova.servers_create", {"name": "web", "image": S, "flavor": "1", "nics": "none"},
     {"server": {"id": S, "adminPass": "x"}}, 202, creates=True)
case("nova.servers_create", {
    "name": "web", "image": S, "flavor": "1", "meta": {"a": "1"}, "userdata": "#!/bin/sh é",
    "nics": [{"net-id": "n1", "v4-fixed-ip": "10.0.0.5"}, {"port-id": "p1", "tag": "t"}],
    "security_groups": ["web"], "key_name": "k", "availability_zone": "z", "min_count": 2,
    "max_count": 3, "config_drive": True, "admin_pass": "p", "disk_config": "AUTO",
    "access_ip_v4": "1.2.3.4", "access_ip_v6": "::1", "description": "d", "tags": ["t"],
    "scheduler_hints": {"group": "g"}, "host": "h", "hypervisor_hostname": "hh",
    "block_device_mapping_v2": [{"uuid": "v1", "source_type": "volume"}],
    "trusted_image_certificates": ["c"]}, {"server": {"id": S}}, 202, creates=True)
case("nova.servers_create", {"name": "web", "image": "", "flavor": "1", "nics": "auto",
     "block_device_mapping": {"vda": "v1:snap:10:true", "vdb": "v2"}, "reservation_id": True},
     {"reservation_id": "r-1"}, 202, creates=True)
case("nova.servers_update", {"server": S, "name": "new"}, {"server": OBJ})
case("nova.servers_update", {"server": S, "description": ""}, {"server": OBJ})
case("nova.servers_reboot", {"server": S, "reboot_type": "HARD"}, status=202)
case("nova.servers_lock", {"server": S, "reason": "maintenance"}, status=202)
case("nova.servers_rescue", {"server": S, "password": "p", "image": "i"}, {"adminPass": "p"},
     returns="body")
case("nova.servers_unshelve", {"server": S, "availability_zone": "z"}, status=202)
case("nova.servers_change_password", {"server": S, "password": "p"}, status=202)
case("nova.servers_rebuild", {"server": S, "image": "i"}, {"server": OBJ}, 202)
case("nova.servers_rebuild", {"server": S, "image": "i", "password": "p", "disk_config": "AUTO",
     "preserve_ephemeral": True, "name": "n", "meta": {"a": "1"}, "description": "d",
     "key_name": "k", "trusted_image_certificates": ["c"]}, {"server": OBJ}, 202)
case("nova.servers_evacuate", {"server": S, "host": "h2", "password": "p"}, status=200)
case("nova.servers_migrate", {"server": S, "host": "h2"}, status=202)
case("nova.servers_live_migrate", {"server": S, "host": "h2", "block_migration": True}, status=202)
case("nova.servers_live_migrate", {"server": S, "host": None, "block_migration": "auto"}, status=202)
case("nova.servers_resize", {"server": S, "flavor": "2", "disk_config": "MANUAL"}, status=202)
case("nova.servers_reset_state", {"server": S, "state": "active"}, status=202)
case("nova.servers_create_image", {"server": S, "image_name": "i"}, {"image_id": "i1"}, 202)
case("nova.servers_create_image", {"server": S, "image_name": "i", "metadata": {"a": "b"}},
     {"image_id": "i1"}, 202)
case("nova.servers_backup", {"server": S, "backup_name": "b", "backup_type": "daily",
     "rotation": 2}, {"image_id": "i1"}, 202)
case("nova.servers_set_meta", {"server": S, "metadata": {"a": "1"}}, {"metadata": {"a": "1"}})
case("nova.servers_set_meta_item", {"server": S, "key": "a", "value": "1"}, {"meta": {"a": "1"}})
case("nova.servers_delete_meta", {"server": S, "keys": ["a", "b c"]}, status=204)
case("nova.servers_ips", server, {"addresses": {"net": []}})
case("nova.servers_diagnostics", server, {"memory": 1}, returns="body")
case("nova.servers_get_console_output", {"server": S, "length": 10}, {"output": "text"})
for kind, of in (("vnc", "novnc"), ("spice", "spice-html5"), ("serial", "serial")):
    case(f"nova.servers_get_{kind}_console", {"server": S, "console_type": of},
         {"remote_console": {"url": "http://c"}})
each("nova", "servers_add_security_group servers_remove_security_group",
     {"server": S, "security_group": "g"})
case("nova.servers_list_security_group", server, {"security_groups": [OBJ]})
case("nova.servers_interface_list", server, {"interfaceAttachments": [{"port_id": "p"}]})
case("nova.servers_interface_attach", {"server": S, "port_id": "p", "net_id": None,
     "fixed_ip": None}, {"interfaceAttachment": {"port_id": "p"}})
case("nova.servers_interface_attach", {"server": S, "port_id": None, "net_id": "n",
     "fixed_ip": "10.0.0.1", "tag": "t"}, {"interfaceAttachment": {"port_id": "p"}})
case("nova.servers_interface_detach", {"server": S, "port_id": "p"}, status=202)
migration = {"server": S, "migration": 3}
case("nova.server_migrations_list", server, {"migrations": [{"id": 3}]})
case("nova.server_migrations_get", migration, {"migration": {"id": 3}})
each("nova", "server_migrations_live_migration_abort server_migrations_live_migrate_force_complete",
     migration)
volume = {"server_id": S, "volume_id": "v1"}
case("nova.volumes_get_server_volumes", {"server_id": S}, {"volumeAttachments": [{"id": "v1"}]})
case("nova.volumes_get_server_volume", volume, {"volumeAttachment": {"id": "v1"}})
case("nova.volumes_create_server_volume", volume, {"volumeAttachment": {"id": "v1"}})
case("nova.volumes_create_server_volume", {**volume, "device": "/dev/vdb", "tag": "t",
     "delete_on_termination": True}, {"volumeAttachment": {"id": "v1"}})
case("nova.volumes_update_server_volume", {"server_id": S, "src_volid": "v1", "dest_volid": "v2"},
     status=202)
case("nova.volumes_delete_server_volume", volume, status=202)

case("nova.services_list", {"host": "h1", "binary": "nova-compute"}, {"services": [{"id": S}]})
case("nova.services_list", {}, {"services": [{"id": S}]})
case("nova.services_force_down", {"service_uuid": S, "force_down": True}, {"service": {"id": S}})
case("nova.services_force_down", {"service_uuid": S, "force_down": False}, {"service": {"id": S}})
each("nova", "services_enable services_disable", {"service_uuid": S}, {"service": {"id": S}}, 200)
case("nova.services_disable_log_reason", {"service_uuid": S, "reason": "r"}, {"service": {"id": S}})
case("nova.services_delete", {"service_id": S}, status=204)
case("nova.hypervisors_list", {}, {"hypervisors": [{"id": S}]})
case("nova.hypervisors_list", {"detailed": False, "limit": 2, "marker": S},
     {"hypervisors": [{"id": S}]})
case("nova.hypervisors_get", {"hypervisor": S}, {"hypervisor": {"id": S}})
case("nova.hypervisors_search", {"hypervisor_match": "h", "servers": True},
     {"hypervisors": [{"id": S}]})
case("nova.hypervisors_search", {"hypervisor_match": "h", "detailed": True},
     {"hypervisors": [{"id": S}]})
case("nova.hypervisors_uptime", {"hypervisor": S}, {"hypervisor": {"uptime": "1"}})
each("nova", "hypervisors_statistics hypervisor_stats_statistics", {},
     {"hypervisor_statistics": {"count": 1}}, 200)
case("nova.aggregates_list", {}, {"aggregates": [{"id": 1}]})
each("nova", "aggregates_get aggregates_get_details", {"aggregate": 1}, {"aggregate": {"id": 1}}, 200)
case("nova.aggregates_create", {"name": "a", "availability_zone": "z"}, {"aggregate": {"id": 1}})
case("nova.aggregates_update", {"aggregate": 1, "values": {"name": "b"}}, {"aggregate": {"id": 1}})
each("nova", "aggregates_add_host aggregates_remove_host", {"aggregate": 1, "host": "h1"},
     {"aggregate": {"id": 1}}, 200)
case("nova.aggregates_set_metadata", {"aggregate": 1, "metadata": {"a": "1"}},
     {"aggregate": {"id": 1}})
case("nova.aggregates_delete", {"aggregate": 1}, status=200)
case("nova.availability_zones_list", {}, {"availabilityZoneInfo": [{"zoneName": "nova"}]})
case("nova.availability_zones_list", {"detailed": False},
     {"availabilityZoneInfo": [{"zoneName": "nova"}]})

case("nova.flavors_list", {}, {"flavors": [OBJ]})
case("nova.flavors_list", {"detailed": False, "is_public": None, "marker": "m", "min_disk": 1,
     "min_ram": 2, "limit": 3, "sort_key": "name", "sort_dir": "asc"}, {"flavors": [OBJ]})
case("nova.flavors_get", {"flavor": "1"}, {"flavor": OBJ})
case("nova.flavors_create", {"name": "f", "ram": 512, "vcpus": 1, "disk": 1}, {"flavor": OBJ})
case("nova.flavors_create", {"name": "f", "ram": 512, "vcpus": 1, "disk": 1, "flavorid": "9",
     "ephemeral": 1, "swap": 2, "rxtx_factor": 2, "is_public": False, "description": "d"},
     {"flavor": OBJ})
case("nova.flavors_delete", {"flavor": "1"}, status=202)
case("nova.flavor_access_list", {"flavor": "1"}, {"flavor_access": [{"tenant_id": "t"}]})
each("nova", "flavor_access_add_tenant_access flavor_access_remove_tenant_access",
     {"flavor": "1", "tenant": "t"}, {"flavor_access": [{"tenant_id": "t"}]}, 200)
case("nova.keypairs_list", {}, {"keypairs": [{"keypair": {"name": "k"}}]}, unwrap="keypair")
case("nova.keypairs_list", {"user_id": "u", "limit": 1}, {"keypairs": [{"keypair": {"name": "k"}}]},
     unwrap="keypair")
case("nova.keypairs_get", {"keypair": "k", "user_id": "u"}, {"keypair": {"name": "k"}})
case("nova.keypairs_create", {"name": "k"}, {"keypair": {"name": "k", "private_key": "p"}}, 201)
case("nova.keypairs_create", {"name": "k", "public_key": "ssh-rsa A", "key_type": "ssh",
     "user_id": "u"}, {"keypair": {"name": "k"}}, 201)
case("nova.keypairs_delete", {"key": "k"}, status=204)
case("nova.server_groups_list", {}, {"server_groups": [OBJ]})
case("nova.server_groups_list", {"all_projects": True, "limit": 1, "offset": 2},
     {"server_groups": [OBJ]})
case("nova.server_groups_get", {"id": S}, {"server_group": OBJ})
case("nova.server_groups_create", {"name": "g", "policy": "anti-affinity"}, {"server_group": OBJ})
case("nova.server_groups_create", {"name": "g", "policy": "anti-affinity",
     "rules": {"max_server_per_host": 2}}, {"server_group": OBJ})
case("nova.server_groups_delete", {"id": S}, status=204)
case("nova.quotas_get", {"tenant_id": "t"}, {"quota_set": {"cores": 1}})
case("nova.quotas_get", {"tenant_id": "t", "user_id": "u", "detail": True},
     {"quota_set": {"cores": 1}})
case("nova.quotas_defaults", {"tenant_id": "t"}, {"quota_set": {"cores": 1}})
case("nova.quotas_update", {"tenant_id": "t", "cores": 5, "force": True, "user_id": "u"},
     {"quota_set": {"cores": 5}})
case("nova.quotas_delete", {"tenant_id": "t"}, status=202)
case("nova.limits_get", {}, {"limits": {"absolute": {"x": 1}, "rate": []}})
case("nova.limits_get", {"reserved": True, "tenant_id": "t"},
     {"limits": {"absolute": {"x": 1}, "rate": []}})

stack = {"stack_id": STACK}
case("heat.stacks_get", stack, {"stack": OBJ})
case("heat.stacks_get", {**stack, "resolve_outputs": False}, {"stack": OBJ})
case("heat.stacks_list", {}, {"stacks": [OBJ]})
case("heat.stacks_list", {"limit": 1, "filters": {"status": "COMPLETE"}, "sort_keys": "name"},
     {"stacks": [OBJ]})
case("heat.stacks_create", {"stack_name": "web", "template": {"heat_template_version": "2018-08-31"},
     "parameters": {"a": "1"}, "tags": "x"}, {"stack": {"id": S, "links": []}}, 201, creates=True)
case("heat.stacks_update", {**stack, "template": {}, "parameters": {"a": "2"}}, status=202)
case("heat.stacks_update", {**stack, "existing": True, "parameters": {"a": "2"}}, status=202)
case("heat.stacks_delete", stack, status=204)
case("heat.stacks_preview", {"stack_name": "web", "template": {}}, {"stack": OBJ})
case("heat.stacks_preview_update", {**stack, "template": {}, "show_nested": True},
     {"resource_changes": {}})
case("heat.stacks_preview_update", {**stack, "existing": True}, {"resource_changes": {}})
case("heat.stacks_validate", {"template": {}}, {"Description": "x"})
each("heat", "stacks_template stacks_environment stacks_output_list stacks_snapshot_list", stack,
     {"x": 1}, 200)
case("heat.stacks_output_show", {**stack, "output_key": "ip"}, {"output": {"output_key": "ip"}})
case("heat.stacks_abandon", stack, {"x": 1})
case("heat.stacks_snapshot", {**stack, "name": "s"}, {"id": "s1"})
case("heat.stacks_snapshot", stack, {"id": "s1"})
case("heat.stacks_snapshot_show", {**stack, "snapshot_id": "s1"}, {"snapshot": {"id": "s1"}})
case("heat.stacks_snapshot_delete", {**stack, "snapshot_id": "s1"}, status=204)
case("heat.stacks_restore", {**stack, "snapshot_id": "s1"}, status=202)
each("heat", "actions_check actions_suspend actions_resume actions_cancel_update", stack)
case("heat.resources_list", stack, {"resources": [{"resource_name": "r"}]})
case("heat.resources_list", {**stack, "nested_depth": 2, "filters": {"type": "T"}},
     {"resources": [{"resource_name": "r"}]})
resource = {**stack, "resource_name": "r"}
case("heat.resources_get", resource, {"resource": {"resource_name": "r"}})
case("heat.resources_get", {**resource, "with_attr": "x"}, {"resource": {"resource_name": "r"}})
case("heat.resources_metadata", resource, {"metadata": {"a": 1}})
case("heat.resources_signal", {**resource, "data": {"status": "SUCCESS"}}, status=200)
case("heat.resources_mark_unhealthy", {**resource, "mark_unhealthy": True,
     "resource_status_reason": "broken"}, status=200)
case("heat.events_list", stack, {"events": [{"id": "e"}]})
case("heat.events_list", {**resource, "limit": 2, "filters": {"resource_status": "FAILED"}},
     {"events": [{"id": "e"}]})
case("heat.events_get", {**resource, "event_id": "e"}, {"event": {"id": "e"}})
case("heat.resource_types_list", {"filters": {"name": "OS::"}}, {"resource_types": [OBJ]})
case("heat.resource_types_get", {"resource_type": "OS::Nova::Server"}, {"properties": {}})
case("heat.resource_types_generate_template", {"resource_type": "OS::Nova::Server"}, {"Resources": {}})
case("heat.software_configs_list", {"limit": 3}, {"software_configs": [OBJ]})
case("heat.software_configs_get", {"config_id": S}, {"software_config": OBJ})
case("heat.software_configs_create", {"name": "c", "config": "x"}, {"software_config": OBJ})
case("heat.software_configs_delete", {"config_id": S}, status=204)
case("heat.software_deployments_list", {"server_id": S}, {"software_deployments": [OBJ]})
case("heat.software_deployments_get", {"deployment_id": S}, {"software_deployment": OBJ})
case("heat.software_deployments_create", {"config_id": S}, {"software_deployment": OBJ})
case("heat.software_deployments_update", {"deployment_id": S, "status": "COMPLETE"},
     {"software_deployment": OBJ})
case("heat.software_deployments_delete", {"deployment_id": S}, status=204)
case("heat.software_deployments_metadata", {"server_id": S}, {"metadata": []})
case("heat.build_info_build_info", {}, {"engine": {}})
case("heat.services_list", {}, {"services": [{"id": S}]})
case("heat.template_versions_list", {}, {"template_versions": [{"version": "v"}]})

image = {"image_id": S}
IMAGE = {"id": S, "name": "debian", "status": "active", "self": "/v2/images/" + S}
case("glance.images_get", image, IMAGE)
case("glance.images_list", {}, {"images": [IMAGE]})
case("glance.images_list", {"filters": {"name": "debian"}, "limit": 1, "sort_key": "name",
     "sort_dir": "asc"}, {"images": [IMAGE]})
case("glance.images_create", {"id": S, "name": "debian"}, IMAGE, 201)
case("glance.images_update", {**image, "name": "other", "remove_props": ["status", "none"]}, IMAGE)
case("glance.images_delete", image, status=204)
case("glance.images_upload", {**image, "image_data": "text"}, status=204)
each("glance", "images_deactivate images_reactivate", image, status=204)
member = {**image, "member_id": "p1"}
case("glance.image_members_list", image, {"members": [{"member_id": "p1"}]})
case("glance.image_members_create", member, {"member_id": "p1"})
case("glance.image_members_update", {**member, "member_status": "accepted"}, {"member_id": "p1"})
case("glance.image_members_delete", member, status=204)
each("glance", "image_tags_update image_tags_delete", {**image, "tag_value": "t"}, status=204)

for one, many in (("network", "networks"), ("subnet", "subnets"), ("port", "ports"),
                  ("router", "routers"), ("floatingip", "floatingips"),
                  ("security_group", "security_groups"),
                  ("security_group_rule", "security_group_rules"), ("subnetpool", "subnetpools")):
    case(f"neutron.list_{many}", {"name": "x", "fields": "id"}, {many: [OBJ]})
    case(f"neutron.show_{one}", {one: S, "fields": "id"}, {one: OBJ})
    body = {"body": {one: {"name": "x", "description": "own"}}}
    case(f"neutron.create_{one}", body, {one: OBJ}, 201)
    if one != "security_group_rule":
        case(f"neutron.update_{one}", {one: S, **body}, {one: OBJ})
    case(f"neutron.delete_{one}", {one: S}, status=204)
router = {"router": S}
each("neutron", "add_interface_router remove_interface_router",
     {**router, "body": {"subnet_id": "s"}}, {"id": S}, 200)
case("neutron.add_gateway_router", {**router, "body": {"network_id": "n"}}, {"router": OBJ})
case("neutron.remove_gateway_router", router, {"router": OBJ})
case("neutron.list_agents", {"host": "h1"}, {"agents": [OBJ]})
case("neutron.show_agent", {"agent": S}, {"agent": OBJ})
case("neutron.update_agent", {"agent": S, "body": {"agent": {"admin_state_up": False}}},
     {"agent": OBJ})
case("neutron.delete_agent", {"agent": S}, status=204)
case("neutron.list_l3_agent_hosting_routers", router, {"agents": [OBJ]})
case("neutron.list_routers_on_l3_agent", {"l3_agent": S}, {"routers": [OBJ]})
case("neutron.add_router_to_l3_agent", {"l3_agent": S, "body": {"router_id": "r"}}, status=201)
case("neutron.remove_router_from_l3_agent", {"l3_agent": S, "router_id": "r"}, status=204)
case("neutron.list_dhcp_agent_hosting_networks", {"network": S}, {"agents": [OBJ]})
case("neutron.list_networks_on_dhcp_agent", {"dhcp_agent": S}, {"networks": [OBJ]})
case("neutron.add_network_to_dhcp_agent", {"dhcp_agent": S, "body": {"network_id": "n"}}, status=201)
case("neutron.remove_network_from_dhcp_agent", {"dhcp_agent": S, "network_id": "n"}, status=204)
case("neutron.list_extensions", {}, {"extensions": [{"alias": "router"}]})
case("neutron.show_extension", {"ext_alias": "router"}, {"extension": {"alias": "router"}})
case("neutron.list_quotas", {}, {"quotas": [{"port": 1}]})
case("neutron.show_quota", {"project_id": "t"}, {"quota": {"port": 1}})
case("neutron.update_quota", {"project_id": "t", "body": {"quota": {"port": 2}}},
     {"quota": {"port": 2}})
case("neutron.delete_quota", {"project_id": "t"}, status=204)

vol = {"volume": S}
case("cinder.volumes_get", {"volume_id": S}, {"volume": OBJ})
for kind, many in (("volumes", "volumes"), ("volume_snapshots", "snapshots"), ("backups", "backups")):
    case(f"cinder.{kind}_list", {}, {many: [OBJ]})
    case(f"cinder.{kind}_list", {"detailed": False, "search_opts": {"status": "error"}, "limit": 1,
         "marker": S, "sort": "name:asc"}, {many: [OBJ]})
case("cinder.volumes_create", {"size": 1}, {"volume": OBJ}, 202, creates=True)
case("cinder.volumes_create", {"size": 1, "name": "v", "metadata": {"a": "1"}, "imageRef": "i",
     "scheduler_hints": {"same_host": "x"}, "volume_type": "t"}, {"volume": OBJ}, 202, creates=True)
case("cinder.volumes_update", {**vol, "name": "n"}, {"volume": OBJ}, returns="body")
case("cinder.volumes_delete", vol, status=202)
case("cinder.volumes_delete", {**vol, "cascade": True}, status=202)
each("cinder", "volumes_force_delete volumes_reserve volumes_unreserve volumes_begin_detaching "
     "volumes_roll_detaching volumes_detach", vol)
case("cinder.volumes_extend", {**vol, "new_size": 2}, status=202)
case("cinder.volumes_reset_state", {**vol, "state": "error", "attach_status": "detached"}, status=202)
case("cinder.volumes_attach", {**vol, "instance_uuid": "s", "mountpoint": "/dev/vdb"}, status=202)
connector = {**vol, "connector": {"ip": "10.0.0.1"}}
case("cinder.volumes_initialize_connection", connector, {"connection_info": {"a": 1}})
case("cinder.volumes_terminate_connection", connector, status=202)
metadata = {"metadata": {"a": "1"}}
case("cinder.volumes_set_metadata", {**vol, **metadata}, metadata)
case("cinder.volumes_delete_metadata", {**vol, "keys": ["a"]}, status=200)
case("cinder.volumes_update_all_metadata", {**vol, **metadata}, metadata, returns="body")
case("cinder.volumes_set_bootable", {**vol, "flag": True}, status=200)
case("cinder.volumes_update_readonly_flag", {**vol, "flag": True}, status=202)
case("cinder.volumes_upload_to_image", {**vol, "force": False, "image_name": "i",
     "container_format": "bare", "disk_format": "raw"}, {"os-volume_upload_image": {}},
     returns="body")
case("cinder.volumes_retype", {**vol, "volume_type": "t", "policy": "never"}, status=202)
case("cinder.volumes_migrate_volume", {**vol, "host": "h", "force_host_copy": False,
     "lock_volume": True}, status=202)
snapshot = {"snapshot": S}
case("cinder.volume_snapshots_get", {"snapshot_id": S}, {"snapshot": OBJ})
case("cinder.volume_snapshots_create", {"volume_id": "v"}, {"snapshot": OBJ}, 202, creates=True)
case("cinder.volume_snapshots_create", {"volume_id": "v", "force": True, "name": "n",
     "description": "d", "metadata": {"a": "1"}}, {"snapshot": OBJ}, 202, creates=True)
case("cinder.volume_snapshots_update", {**snapshot, "name": "n"}, {"snapshot": OBJ}, returns="body")
case("cinder.volume_snapshots_delete", snapshot, status=202)
case("cinder.volume_snapshots_delete", {**snapshot, "force": True}, status=202)
case("cinder.volume_snapshots_reset_state", {**snapshot, "state": "error"}, status=202)
case("cinder.volume_snapshots_set_metadata", {**snapshot, **metadata}, metadata)
case("cinder.volume_snapshots_delete_metadata", {**snapshot, "keys": ["a"]}, status=200)
case("cinder.backups_get", {"backup_id": S}, {"backup": OBJ})
case("cinder.backups_create", {"volume_id": "v", "name": "n", "incremental": True}, {"backup": OBJ})
case("cinder.backups_delete", {"backup": S}, status=202)
case("cinder.backups_delete", {"backup": S, "force": True}, status=202)
case("cinder.backups_reset_state", {"backup": S, "state": "error"}, status=202)
case("cinder.restores_restore", {"backup_id": S, "volume_id": "v"}, {"restore": {"volume_id": "v"}})
case("cinder.transfers_create", {"volume_id": "v", "name": "n"}, {"transfer": OBJ})
case("cinder.transfers_accept", {"transfer_id": S, "auth_key": "k"}, {"transfer": OBJ})
case("cinder.transfers_get", {"transfer_id": S}, {"transfer": OBJ})
case("cinder.transfers_list", {}, {"transfers": [OBJ]})
case("cinder.transfers_delete", {"transfer_id": S}, status=202)
case("cinder.volume_types_list", {}, {"volume_types": [OBJ]})
case("cinder.volume_types_get", {"volume_type": S}, {"volume_type": OBJ})
case("cinder.volume_types_default", {}, {"volume_type": OBJ})
case("cinder.quotas_get", {"tenant_id": "t", "usage": True}, {"quota_set": {"volumes": 1}})
case("cinder.quotas_defaults", {"tenant_id": "t"}, {"quota_set": {"volumes": 1}})
case("cinder.quotas_update", {"tenant_id": "t", "volumes": 2}, {"quota_set": {"volumes": 2}})
case("cinder.quotas_delete", {"tenant_id": "t"}, status=200)
case("cinder.limits_get", {"tenant_id": "t"}, {"limits": {"absolute": {}}})
case("cinder.availability_zones_list", {}, {"availabilityZoneInfo": [{"zoneName": "nova"}]})
case("cinder.availability_zones_list", {"detailed": True},
     {"availabilityZoneInfo": [{"zoneName": "nova"}]})
case("cinder.pools_list", {"detailed": False}, {"pools": [{"name": "p"}]})
case("cinder.services_list", {"host": "h", "binary": "cinder-volume"}, {"services": [{"host": "h"}]})
service = {"host": "h", "binary": "cinder-volume"}
each("cinder", "services_enable services_disable", service, {"status": "enabled"}, 200)
case("cinder.services_disable_log_reason", {**service, "reason": "r"}, {"status": "disabled"})

NODE = {"uuid": S, "name": "n1"}
case("ironic.node_get", {"node_id": S}, NODE)
case("ironic.node_get", {"node_id": S, "fields": ["uuid", "name"]}, NODE)
case("ironic.node_get_by_instance_uuid", {"instance_uuid": "i"}, {"nodes": [NODE]})
case("ironic.node_list", {}, {"nodes": [NODE]})
case("ironic.node_list", {"associated": True, "maintenance": False, "detail": True, "limit": 1,
     "provision_state": "available", "sort_key": "uuid"}, {"nodes": [NODE]})
case("ironic.node_create", {"uuid": S, "driver": "ipmi"}, NODE, 201)
patch = [{"op": "replace", "path": "/name", "value": "x"}]
case("ironic.node_update", {"node_id": S, "patch": patch}, NODE)
case("ironic.node_delete", {"node_id": S}, status=204)
for state, soft in (("on", False), ("off", True), ("reboot", False)):
    case("ironic.node_set_power_state", {"node_id": S, "state": state, "soft": soft}, status=202)
case("ironic.node_set_power_state", {"node_id": S, "state": "off", "timeout": 5}, status=202)
uuid = {"node_uuid": S}
case("ironic.node_set_provision_state", {**uuid, "state": "manage"}, status=202)
case("ironic.node_set_provision_state", {**uuid, "state": "clean", "cleansteps": [{"step": "x"}]},
     status=202)
case("ironic.node_set_boot_device", {**uuid, "boot_device": "pxe", "persistent": True}, status=204)
each("ironic", "node_get_boot_device node_get_supported_boot_devices node_states node_validate "
     "node_get_console", uuid, {"a": 1}, 200)
case("ironic.node_set_maintenance", {"node_id": S, "state": True, "maint_reason": "r"}, status=202)
case("ironic.node_set_maintenance", {"node_id": S, "state": "off"}, status=202)
case("ironic.node_set_console_mode", {**uuid, "enabled": True}, status=202)
case("ironic.node_set_target_raid_config", {"node_ident": S, "target_raid_config": {"a": 1}},
     status=204)
case("ironic.node_list_ports", {"node_id": S, "detail": True}, {"ports": [{"uuid": "p"}]})
case("ironic.node_vif_list", {"node_ident": S}, {"vifs": [{"id": "v"}]})
each("ironic", "node_vif_attach node_vif_detach", {"node_ident": S, "vif_id": "v"}, status=204)
case("ironic.node_vendor_passthru", {"node_id": S, "method": "m", "args": {"a": 1}}, {"b": 2})
case("ironic.node_vendor_passthru", {"node_id": S, "method": "m", "http_method": "GET"}, {"b": 2})
case("ironic.node_vendor_passthru", {"node_id": S, "method": "m", "http_method": "DELETE"},
     status=204)
case("ironic.node_get_vendor_passthru_methods", {"node_ident": S}, {"m": {}})
case("ironic.port_get", {"port_id": S}, NODE)
case("ironic.port_get_by_address", {"address": "52:54:00:00:00:01"}, {"ports": [NODE]})
case("ironic.port_list", {"node": S, "limit": 1}, {"ports": [NODE]})
case("ironic.port_create", {"uuid": S, "address": "a", "node_uuid": "n"}, NODE, 201)
case("ironic.port_update", {"port_id": S, "patch": patch}, NODE)
case("ironic.port_delete", {"port_id": S}, status=204)
case("ironic.driver_list", {}, {"drivers": [{"name": "ipmi"}]})
case("ironic.driver_list", {"driver_type": "classic", "detail": True}, {"drivers": [{"name": "ipmi"}]})
case("ironic.driver_get", {"driver_name": "ipmi"}, {"name": "ipmi"})
each("ironic", "driver_properties driver_get_vendor_passthru_methods", {"driver_name": "ipmi"},
     {"a": "b"}, 200)
case("ironic.driver_vendor_passthru", {"driver_name": "ipmi", "method": "m"}, {"b": 2})
case("ironic.chassis_get", {"chassis_id": S}, NODE)
case("ironic.chassis_list", {}, {"chassis": [NODE]})
case("ironic.chassis_list_nodes", {"chassis_id": S, "detail": True, "maintenance": True},
     {"nodes": [NODE]})
case("ironic.chassis_create", {"uuid": S, "description": "d"}, NODE, 201)
case("ironic.chassis_update", {"chassis_id": S, "patch": patch}, NODE)
case("ironic.chassis_delete", {"chassis_id": S}, status=204)

for one, many in (("project", "projects"), ("user", "users"), ("group", "groups"), ("role", "roles"),
                  ("domain", "domains"), ("service", "services"), ("endpoint", "endpoints"),
                  ("region", "regions")):
    case(f"keystone.{many}_get", {one: S}, {one: OBJ})
    case(f"keystone.{many}_list", {}, {many: [OBJ]})
case("keystone.projects_list", {"domain": "d", "name": "x"}, {"projects": [OBJ]})
case("keystone.projects_list", {"user": "u"}, {"projects": [OBJ]})
case("keystone.users_list", {"group": "g"}, {"users": [OBJ]})
case("keystone.users_list", {"domain": "d"}, {"users": [OBJ]})
case("keystone.groups_list", {"user": "u"}, {"groups": [OBJ]})
case("keystone.projects_create", {"name": "p", "domain": "d", "description": "x"}, {"project": OBJ},
     201)
case("keystone.projects_update", {"project": S, "enabled": False}, {"project": OBJ})
case("keystone.projects_delete", {"project": S}, status=204)

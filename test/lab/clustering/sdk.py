"""Uses Senlin's API through the clustering proxy of openstacksdk, as a script of a user does.

Takes the cloud from OS_* variables; its catalog says where the clustering service is. Ends with an error at
the first thing that is not as Senlin does it.
"""
import sys
import time
import urllib.request

import openstack
from openstack import exceptions

SPEC = {
    "type": "os.nova.server",
    "version": "1.0",
    "properties": {
        "image": "cirros-fake",
        "flavor": "m1.tiny",
        "networks": [{"network": "private"}],
    },
}
SCALING = {
    "type": "senlin.policy.scaling",
    "version": "1.0",
    "properties": {
        "event": "CLUSTER_SCALE_OUT",
        "adjustment": {"type": "CHANGE_IN_CAPACITY", "number": 1},
    },
}
DELETION = {
    "type": "senlin.policy.deletion",
    "version": "1.1",
    "properties": {"criteria": "YOUNGEST_FIRST"},
}


def expect(found, wanted, what):
    if found != wanted:
        sys.exit("%s: expected %r, found %r" % (what, wanted, found))
    print("%s: %r" % (what, found))


def ended(clustering, action_id):
    """Waits until an action has succeeded."""
    for _ in range(600):
        action = clustering.get_action(action_id)
        if action.status == "SUCCEEDED":
            return action
        if action.status in ("FAILED", "CANCELLED"):
            sys.exit("%s %s: %s" % (action.action, action.status, action.status_reason))
        time.sleep(0.5)
    sys.exit("action %s did not end" % action_id)


def main():
    cloud = openstack.connect(clustering_default_microversion="1.14")
    clustering = cloud.clustering

    build = clustering.get_build_info()
    expect(sorted(build.to_dict()["api"]), ["revision"], "build info")
    expect(
        {"os.nova.server", "os.heat.stack"} <= {t.name for t in clustering.profile_types()},
        True,
        "profile types of clouds are listed",
    )
    operations = clustering.list_profile_type_operations("os.nova.server-1.0")
    expect(len(list(operations)) > 0, True, "operations of servers")

    profile = clustering.create_profile(name="sdk-profile", spec=SPEC, metadata={"from": "sdk"})
    expect(clustering.find_profile("sdk-profile").id, profile.id, "a profile is found by its name")
    expect(clustering.find_profile("no-such-profile"), None, "a profile that is not there")
    clustering.update_profile(profile, name="sdk-web")
    expect(clustering.get_profile(profile.id).name, "sdk-web", "a profile is renamed")
    expect(clustering.validate_profile(spec=SPEC).spec["type"], "os.nova.server", "a spec is valid")

    cluster = clustering.create_cluster(
        name="sdk-cluster",
        profile_id=profile.id,
        min_size=0,
        desired_capacity=2,
        max_size=6,
        metadata={"owner": "sdk"},
    )
    cluster = clustering.wait_for_status(cluster, "ACTIVE", ["ERROR"], 1, 300)
    expect(len(cluster.node_ids), 2, "nodes of a new cluster")

    ended(clustering, clustering.resize_cluster(
        cluster, adjustment_type="EXACT_CAPACITY", number=3, strict=True)["action"])
    expect(len(list(clustering.nodes(cluster_id=cluster.id))), 3, "nodes after a resize")
    ended(clustering, clustering.scale_out_cluster(cluster, 1)["action"])
    ended(clustering, clustering.scale_in_cluster(cluster, 2)["action"])
    expect(len(list(clustering.nodes(cluster_id=cluster.id))), 2, "nodes after scaling")
    clustering.update_cluster(cluster, metadata={"owner": "someone"})
    # What the SDK keeps of Location is something else of the same name.
    updates = clustering.actions(target=cluster.id, action="CLUSTER_UPDATE")
    ended(clustering, next(updates).id)
    expect(clustering.get_cluster(cluster.id).metadata, {"owner": "someone"}, "metadata")

    scaling = clustering.create_policy(name="sdk-scaling", spec=SCALING)
    deletion = clustering.create_policy(name="sdk-deletion", spec=DELETION)
    expect(clustering.validate_policy(spec=SCALING).spec["type"], "senlin.policy.scaling", "a policy is valid")
    for policy in (scaling, deletion):
        ended(clustering, clustering.attach_policy_to_cluster(cluster, policy.id, enabled=True)["action"])
    bound = {b.policy_name: b.is_enabled for b in clustering.cluster_policies(cluster)}
    expect(bound, {"sdk-scaling": True, "sdk-deletion": True}, "attached policies")
    ended(clustering, clustering.update_cluster_policy(cluster, scaling.id, enabled=False)["action"])
    expect(clustering.get_cluster_policy(scaling.id, cluster.id).is_enabled, False, "a policy is disabled")
    for policy in (scaling, deletion):
        ended(clustering, clustering.detach_policy_from_cluster(cluster, policy.id)["action"])
        clustering.delete_policy(policy)
    expect(list(clustering.policies(name="sdk-scaling")), [], "deleted policies")

    receiver = clustering.create_receiver(
        name="sdk-receiver",
        type="webhook",
        cluster_id=cluster.id,
        action="CLUSTER_SCALE_OUT",
        params={"count": 1},
    )
    before = {a.id for a in clustering.actions(action="CLUSTER_SCALE_OUT")}
    # Whoever has the address needs no token.
    with urllib.request.urlopen(urllib.request.Request(
            receiver.channel["alarm_url"], method="POST")) as answer:
        expect(answer.status, 202, "the webhook of a receiver")
    new = {a.id for a in clustering.actions(action="CLUSTER_SCALE_OUT")} - before
    ended(clustering, new.pop())
    expect(len(list(clustering.nodes(cluster_id=cluster.id))), 3, "nodes after the webhook")
    clustering.update_receiver(receiver, name="sdk-more")
    expect(clustering.find_receiver("sdk-more").id, receiver.id, "a receiver is renamed")
    clustering.delete_receiver(receiver)

    expect(len(list(clustering.collect_cluster_attrs(cluster.id, "name"))), 3, "collected names")
    lost = next(clustering.nodes(cluster_id=cluster.id, sort="index"))
    cloud.compute.delete_server(lost.physical_id)
    while is_there(cloud, lost.physical_id):
        time.sleep(0.5)
    ended(clustering, clustering.check_cluster(cluster)["action"])
    expect(clustering.get_node(lost.id).status, "ERROR", "a node whose server was deleted")
    ended(clustering, clustering.recover_cluster(cluster, check=True)["action"])
    found = clustering.get_node(lost.id, details=True)
    expect(found.status, "ACTIVE", "the same node after its recovery")
    expect(found.physical_id != lost.physical_id, True, "it has another server")
    expect(found.details["status"], "ACTIVE", "details come from Nova")

    node = clustering.create_node(name="sdk-node", profile_id=profile.id, role="spare", metadata={"n": "1"})
    node = clustering.wait_for_status(node, "ACTIVE", ["ERROR"], 1, 300)
    ended(clustering, clustering.check_node(node)["action"])
    ended(clustering, clustering.perform_operation_on_node(node, "reboot", type="SOFT")["action"])
    ended(clustering, clustering.recover_node(node, check=True)["action"])
    ended(clustering, clustering.add_nodes_to_cluster(cluster, [node.id])["action"])
    expect(clustering.get_node(node.id).cluster_id, cluster.id, "a node that was added")
    ended(clustering, clustering.remove_nodes_from_cluster(cluster, [node.id])["action"])
    expect(clustering.get_node(node.id).cluster_id, "", "a node that was removed")
    clustering.delete_node(node)
    clustering.wait_for_delete(node, 1, 300)

    newest = list(clustering.actions(limit=1, sort="created_at:desc", paginated=False))
    expect(newest[0].action, "NODE_DELETE", "the newest action")
    expect(any(e.obj_name == "sdk-cluster" for e in clustering.events(oname="sdk-cluster")), True, "events")
    expect(clustering.get_event(next(clustering.events(oname="sdk-cluster")).id).obj_type, "CLUSTER", "an event")
    try:
        clustering.delete_profile(profile, ignore_missing=False)
        sys.exit("a profile in use was deleted")
    except exceptions.ConflictException as error:
        expect(error.status_code, 409, "a profile in use")

    clustering.delete_cluster(cluster)
    clustering.wait_for_delete(cluster, 1, 300)
    clustering.delete_profile(profile)
    expect(list(clustering.clusters(name="sdk-cluster")), [], "deleted clusters")


def is_there(cloud, server_id):
    try:
        cloud.compute.get_server(server_id)
        return True
    except exceptions.ResourceNotFound:
        return False


main()

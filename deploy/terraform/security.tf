# Who may speak to whom. Each group lists what comes in and what goes out; what is not listed is refused.

resource "oci_core_network_security_group" "this" {
  for_each = toset(["balancer", "api", "nodes", "data"])

  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-${each.key}"
  freeform_tags  = var.tags
}

locals {
  # Rules between groups and with networks: which group, which way, the other end, and the ports (none: all).
  tcp_rules = merge(
    {
      balancer_https    = { group = "balancer", way = "INGRESS", cidr = local.any, group_of_other = "", from = 443, to = 443 }
      balancer_http     = { group = "balancer", way = "INGRESS", cidr = local.any, group_of_other = "", from = 80, to = 80 }
      balancer_to_nodes = { group = "balancer", way = "EGRESS", cidr = "", group_of_other = "nodes", from = 30000, to = 32767 }
      balancer_health   = { group = "balancer", way = "EGRESS", cidr = "", group_of_other = "nodes", from = 10256, to = 10256 }

      nodes_from_balancer = { group = "nodes", way = "INGRESS", cidr = "", group_of_other = "balancer", from = 30000, to = 32767 }
      nodes_health        = { group = "nodes", way = "INGRESS", cidr = "", group_of_other = "balancer", from = 10256, to = 10256 }
      nodes_from_api      = { group = "nodes", way = "INGRESS", cidr = "", group_of_other = "api", from = 1, to = 65535 }
      nodes_to_api        = { group = "nodes", way = "EGRESS", cidr = "", group_of_other = "api", from = 6443, to = 6443 }
      nodes_to_api_agent  = { group = "nodes", way = "EGRESS", cidr = "", group_of_other = "api", from = 12250, to = 12250 }
      nodes_to_database   = { group = "nodes", way = "EGRESS", cidr = "", group_of_other = "data", from = 1521, to = 1522 }
      nodes_to_cache      = { group = "nodes", way = "EGRESS", cidr = "", group_of_other = "data", from = 6379, to = 6379 }
      nodes_to_https      = { group = "nodes", way = "EGRESS", cidr = local.any, group_of_other = "", from = 443, to = 443 }
      nodes_to_mail       = { group = "nodes", way = "EGRESS", cidr = local.any, group_of_other = "", from = 587, to = 587 }

      api_from_nodes       = { group = "api", way = "INGRESS", cidr = "", group_of_other = "nodes", from = 6443, to = 6443 }
      api_agent_from_nodes = { group = "api", way = "INGRESS", cidr = "", group_of_other = "nodes", from = 12250, to = 12250 }
      api_to_nodes         = { group = "api", way = "EGRESS", cidr = "", group_of_other = "nodes", from = 1, to = 65535 }

      database_from_nodes = { group = "data", way = "INGRESS", cidr = "", group_of_other = "nodes", from = 1521, to = 1522 }
      cache_from_nodes    = { group = "data", way = "INGRESS", cidr = "", group_of_other = "nodes", from = 6379, to = 6379 }
    },
    {
      for cidr in var.api_cidrs : "api_from_${cidr}" => { group = "api", way = "INGRESS", cidr = cidr, group_of_other = "", from = 6443, to = 6443 }
    },
  )
}

resource "oci_core_network_security_group_security_rule" "tcp" {
  for_each = local.tcp_rules

  network_security_group_id = oci_core_network_security_group.this[each.value.group].id
  description               = each.key
  direction                 = each.value.way
  protocol                  = local.tcp
  source                    = each.value.way == "EGRESS" ? null : each.value.cidr != "" ? each.value.cidr : oci_core_network_security_group.this[each.value.group_of_other].id
  source_type               = each.value.way == "EGRESS" ? null : each.value.cidr != "" ? "CIDR_BLOCK" : "NETWORK_SECURITY_GROUP"
  destination               = each.value.way == "INGRESS" ? null : each.value.cidr != "" ? each.value.cidr : oci_core_network_security_group.this[each.value.group_of_other].id
  destination_type          = each.value.way == "INGRESS" ? null : each.value.cidr != "" ? "CIDR_BLOCK" : "NETWORK_SECURITY_GROUP"

  tcp_options {
    destination_port_range {
      min = each.value.from
      max = each.value.to
    }
  }
}

# Between nodes everything: pods of one cluster speak to each other.
resource "oci_core_network_security_group_security_rule" "nodes_to_nodes" {
  for_each = toset(["INGRESS", "EGRESS"])

  network_security_group_id = oci_core_network_security_group.this["nodes"].id
  description               = "between nodes"
  direction                 = each.key
  protocol                  = "all"
  source                    = each.key == "INGRESS" ? oci_core_network_security_group.this["nodes"].id : null
  source_type               = each.key == "INGRESS" ? "NETWORK_SECURITY_GROUP" : null
  destination               = each.key == "EGRESS" ? oci_core_network_security_group.this["nodes"].id : null
  destination_type          = each.key == "EGRESS" ? "NETWORK_SECURITY_GROUP" : null
}

# Oracle's services in the region: images, the vault, the bucket, the cluster's own.
resource "oci_core_network_security_group_security_rule" "to_services" {
  for_each = toset(["nodes", "api"])

  network_security_group_id = oci_core_network_security_group.this[each.key].id
  description               = "Oracle's services"
  direction                 = "EGRESS"
  protocol                  = local.tcp
  destination               = local.all_services.cidr_block
  destination_type          = "SERVICE_CIDR_BLOCK"
}

# Path MTU discovery.
resource "oci_core_network_security_group_security_rule" "path_mtu" {
  for_each = toset(["nodes", "api"])

  network_security_group_id = oci_core_network_security_group.this[each.key].id
  description               = "path MTU"
  direction                 = "INGRESS"
  protocol                  = local.icmp
  source                    = local.any
  source_type               = "CIDR_BLOCK"

  icmp_options {
    type = 3
    code = 4
  }
}

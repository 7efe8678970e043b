# The Kubernetes cluster (OKE) that the chart is installed into.

data "oci_identity_availability_domains" "all" {
  compartment_id = var.tenancy_ocid
}

resource "oci_containerengine_cluster" "main" {
  compartment_id     = var.compartment_ocid
  vcn_id             = oci_core_vcn.main.id
  name               = var.name
  kubernetes_version = var.kubernetes_version
  type               = "ENHANCED_CLUSTER"
  freeform_tags      = var.tags

  cluster_pod_network_options {
    cni_type = "FLANNEL_OVERLAY"
  }

  endpoint_config {
    subnet_id            = oci_core_subnet.api.id
    nsg_ids              = [oci_core_network_security_group.this["api"].id]
    is_public_ip_enabled = true
  }

  options {
    service_lb_subnet_ids = [oci_core_subnet.balancer.id]

    kubernetes_network_config {
      pods_cidr     = local.pods_cidr
      services_cidr = local.services_cidr
    }
  }
}

resource "oci_containerengine_node_pool" "main" {
  compartment_id     = var.compartment_ocid
  cluster_id         = oci_containerengine_cluster.main.id
  name               = "${var.name}-nodes"
  kubernetes_version = var.kubernetes_version
  node_shape         = var.node_shape
  freeform_tags      = var.tags

  node_shape_config {
    ocpus         = var.node_ocpus
    memory_in_gbs = var.node_memory_gb
  }

  node_source_details {
    source_type = "IMAGE"
    image_id    = var.node_image_ocid
  }

  node_config_details {
    size                                = var.node_count
    nsg_ids                             = [oci_core_network_security_group.this["nodes"].id]
    is_pv_encryption_in_transit_enabled = true

    dynamic "placement_configs" {
      for_each = data.oci_identity_availability_domains.all.availability_domains

      content {
        availability_domain = placement_configs.value.name
        subnet_id           = oci_core_subnet.nodes.id
      }
    }
  }

  # Pods drain before their machine goes: longer than the chart's terminationGracePeriodSeconds.
  node_eviction_node_pool_settings {
    eviction_grace_duration = "PT10M"
  }

  node_pool_cycling_details {
    is_node_cycling_enabled = true
    maximum_surge           = "1"
    maximum_unavailable     = "0"
  }
}

# The address that the ingress controller's load balancer takes: DNS may point to it before anything serves.
resource "oci_core_public_ip" "ingress" {
  compartment_id = var.compartment_ocid
  lifetime       = "RESERVED"
  display_name   = "${var.name}-ingress"
  freeform_tags  = var.tags

  # The load balancer attaches it to itself.
  lifecycle {
    ignore_changes = [private_ip_id]
  }
}

# OCI Cache: the Redis through which nodes are one cluster. Nothing in it need be kept.

resource "oci_redis_redis_cluster" "main" {
  compartment_id     = var.compartment_ocid
  display_name       = var.name
  node_count         = var.cache_nodes
  node_memory_in_gbs = var.cache_memory_gb
  software_version   = var.cache_version
  subnet_id          = oci_core_subnet.data.id
  nsg_ids            = [oci_core_network_security_group.this["data"].id]
  freeform_tags      = var.tags
}

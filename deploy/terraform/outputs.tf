output "cluster_id" {
  description = "The cluster, for `oci ce cluster create-kubeconfig`."
  value       = oci_containerengine_cluster.main.id
}

output "ingress_address" {
  description = "The address that the ingress controller's load balancer takes, and that DNS points to."
  value       = oci_core_public_ip.ingress.ip_address
}

output "balancer_subnet_id" {
  description = "The subnet of that load balancer."
  value       = oci_core_subnet.balancer.id
}

output "balancer_security_group_id" {
  description = "Its security group, for the annotation of the controller's service."
  value       = oci_core_network_security_group.this["balancer"].id
}

output "database_dsns" {
  description = "What ORACLE_DSN may be, by profile; the server takes that of `_tp`, with TLS and without a wallet."
  value       = oci_database_autonomous_database.main.connection_strings[0].profiles
}

output "redis_host" {
  description = "The cache's primary: REDIS_URL is rediss:// with this host and port 6379."
  value       = oci_redis_redis_cluster.main.primary_fqdn
}

output "vault_id" {
  description = "The vault, for the External Secrets Operator's store."
  value       = oci_kms_vault.main.id
}

output "backups_bucket" {
  description = "The bucket for exports and heads of the audit log."
  value       = oci_objectstorage_bucket.backups.name
}

output "trusted_proxies" {
  description = "TRUSTED_PROXIES: pods of the ingress controller."
  value       = local.pods_cidr
}

# Autonomous Database, reached from the nodes' subnet alone. TLS without a wallet: ORACLE_DSN begins with tcps://.

resource "oci_database_autonomous_database" "main" {
  compartment_id                       = var.compartment_ocid
  db_name                              = var.database_name
  display_name                         = var.name
  db_workload                          = "OLTP"
  db_version                           = var.database_version
  admin_password                       = var.database_admin_password
  compute_model                        = "ECPU"
  compute_count                        = var.database_ecpus
  is_auto_scaling_enabled              = true
  data_storage_size_in_gb              = var.database_storage_gb
  is_auto_scaling_for_storage_enabled  = true
  backup_retention_period_in_days      = var.database_backup_days
  subnet_id                            = oci_core_subnet.data.id
  nsg_ids                              = [oci_core_network_security_group.this["data"].id]
  private_endpoint_label               = replace(var.name, "-", "")
  is_mtls_connection_required          = false
  autonomous_maintenance_schedule_type = "REGULAR"
  freeform_tags                        = var.tags

  lifecycle {
    prevent_destroy = true
    # Changed by whoever rotates it, not by the next plan.
    ignore_changes = [admin_password]
  }
}

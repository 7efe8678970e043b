# Four subnets: the load balancer's is public; nodes, database and cache are reached from inside alone.

locals {
  all_services = data.oci_core_services.all.services[0]
  subnet_cidrs = {
    balancer = cidrsubnet(var.network_cidr, 8, 0)
    api      = cidrsubnet(var.network_cidr, 8, 1)
    nodes    = cidrsubnet(var.network_cidr, 6, 1)
    data     = cidrsubnet(var.network_cidr, 8, 10)
  }
  pods_cidr     = "10.244.0.0/16"
  services_cidr = "10.96.0.0/16"
  any           = "0.0.0.0/0"
  tcp           = "6"
  icmp          = "1"
}

data "oci_core_services" "all" {
  filter {
    name   = "name"
    values = ["All .* Services In Oracle Services Network"]
    regex  = true
  }
}

resource "oci_core_vcn" "main" {
  compartment_id = var.compartment_ocid
  cidr_blocks    = [var.network_cidr]
  display_name   = var.name
  dns_label      = replace(var.name, "-", "")
  freeform_tags  = var.tags
}

resource "oci_core_internet_gateway" "main" {
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-internet"
  freeform_tags  = var.tags
}

resource "oci_core_nat_gateway" "main" {
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-nat"
  freeform_tags  = var.tags
}

resource "oci_core_service_gateway" "main" {
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-services"
  freeform_tags  = var.tags

  services {
    service_id = local.all_services.id
  }
}

resource "oci_core_route_table" "public" {
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-public"
  freeform_tags  = var.tags

  route_rules {
    destination       = local.any
    destination_type  = "CIDR_BLOCK"
    network_entity_id = oci_core_internet_gateway.main.id
  }
}

resource "oci_core_route_table" "private" {
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-private"
  freeform_tags  = var.tags

  route_rules {
    destination       = local.any
    destination_type  = "CIDR_BLOCK"
    network_entity_id = oci_core_nat_gateway.main.id
  }

  route_rules {
    destination       = local.all_services.cidr_block
    destination_type  = "SERVICE_CIDR_BLOCK"
    network_entity_id = oci_core_service_gateway.main.id
  }
}

# Security groups decide; the subnets' own list lets nothing in.
resource "oci_core_security_list" "closed" {
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.main.id
  display_name   = "${var.name}-closed"
  freeform_tags  = var.tags
}

resource "oci_core_subnet" "balancer" {
  compartment_id    = var.compartment_ocid
  vcn_id            = oci_core_vcn.main.id
  cidr_block        = local.subnet_cidrs.balancer
  display_name      = "${var.name}-balancer"
  dns_label         = "balancer"
  route_table_id    = oci_core_route_table.public.id
  security_list_ids = [oci_core_security_list.closed.id]
  freeform_tags     = var.tags
}

resource "oci_core_subnet" "api" {
  compartment_id    = var.compartment_ocid
  vcn_id            = oci_core_vcn.main.id
  cidr_block        = local.subnet_cidrs.api
  display_name      = "${var.name}-api"
  dns_label         = "api"
  route_table_id    = oci_core_route_table.public.id
  security_list_ids = [oci_core_security_list.closed.id]
  freeform_tags     = var.tags
}

resource "oci_core_subnet" "nodes" {
  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.main.id
  cidr_block                 = local.subnet_cidrs.nodes
  display_name               = "${var.name}-nodes"
  dns_label                  = "nodes"
  route_table_id             = oci_core_route_table.private.id
  security_list_ids          = [oci_core_security_list.closed.id]
  prohibit_public_ip_on_vnic = true
  freeform_tags              = var.tags
}

resource "oci_core_subnet" "data" {
  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.main.id
  cidr_block                 = local.subnet_cidrs.data
  display_name               = "${var.name}-data"
  dns_label                  = "data"
  route_table_id             = oci_core_route_table.private.id
  security_list_ids          = [oci_core_security_list.closed.id]
  prohibit_public_ip_on_vnic = true
  freeform_tags              = var.tags
}

variable "tenancy_ocid" {
  description = "The tenancy, in which dynamic groups live."
  type        = string

  validation {
    condition     = startswith(var.tenancy_ocid, "ocid1.tenancy.")
    error_message = "It begins with ocid1.tenancy."
  }
}

variable "compartment_ocid" {
  description = "The compartment in which everything is made."
  type        = string

  validation {
    condition     = startswith(var.compartment_ocid, "ocid1.compartment.") || startswith(var.compartment_ocid, "ocid1.tenancy.")
    error_message = "It begins with ocid1.compartment. or ocid1.tenancy."
  }
}

variable "region" {
  description = "The region, such as us-ashburn-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+-[0-9]+$", var.region))
    error_message = "A region is written like us-ashburn-1."
  }
}

variable "home_region" {
  description = "The tenancy's home region, in which policies and groups are made."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+-[0-9]+$", var.home_region))
    error_message = "A region is written like us-ashburn-1."
  }
}

variable "name" {
  description = "What the names of all resources begin with."
  type        = string
  default     = "fittrack"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}$", var.name))
    error_message = "Two to fifteen small letters, digits and hyphens, a letter first."
  }
}

variable "network_cidr" {
  description = "The addresses of the network; its subnets are cut out of it. A /16."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrhost(var.network_cidr, 0)) && endswith(var.network_cidr, "/16")
    error_message = "A network such as 10.20.0.0/16."
  }

  validation {
    condition     = !startswith(var.network_cidr, "10.244.") && !startswith(var.network_cidr, "10.96.")
    error_message = "10.244.0.0/16 is for pods, 10.96.0.0/16 for services."
  }
}

variable "api_cidrs" {
  description = "Networks from which the cluster's API may be reached: those of the operators."
  type        = list(string)

  validation {
    condition     = length(var.api_cidrs) > 0 && alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "At least one network, and never the whole internet."
  }
}

variable "kubernetes_version" {
  description = "The version of the cluster and its nodes, such as v1.34.1."
  type        = string

  validation {
    condition     = can(regex("^v1\\.[0-9]+\\.[0-9]+$", var.kubernetes_version))
    error_message = "A version is written like v1.34.1."
  }
}

variable "node_image_ocid" {
  description = "The image of the nodes: an Oracle Linux image for OKE of that version and region."
  type        = string

  validation {
    condition     = startswith(var.node_image_ocid, "ocid1.image.")
    error_message = "It begins with ocid1.image."
  }
}

variable "node_shape" {
  description = "The flexible shape of the nodes."
  type        = string
  default     = "VM.Standard.E5.Flex"

  validation {
    condition     = endswith(var.node_shape, ".Flex")
    error_message = "A flexible shape, whose processors and memory are chosen here."
  }
}

variable "node_ocpus" {
  description = "Processors (OCPUs) of a node."
  type        = number
  default     = 4
}

variable "node_memory_gb" {
  description = "Memory of a node, in GB."
  type        = number
  default     = 32
}

variable "node_count" {
  description = "Nodes of the pool, over all availability domains."
  type        = number
  default     = 3

  validation {
    condition     = var.node_count >= 2
    error_message = "Two at least, so that one may be missing."
  }
}

variable "database_name" {
  description = "The name of the Autonomous Database: letters and digits."
  type        = string
  default     = "FITTRACK"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9]{0,13}$", var.database_name))
    error_message = "One to fourteen letters and digits, a letter first."
  }
}

variable "database_admin_password" {
  description = "The password of the database's ADMIN, who makes the two users (docs/oracle.md)."
  type        = string
  sensitive   = true

  validation {
    condition     = length(var.database_admin_password) >= 12 && length(var.database_admin_password) <= 30
    error_message = "12 to 30 characters, as Oracle has it."
  }

  validation {
    condition     = alltrue([for needed in ["[A-Z]", "[a-z]", "[0-9]"] : can(regex(needed, var.database_admin_password))])
    error_message = "A capital letter, a small letter and a digit, as Oracle has it."
  }
}

variable "database_version" {
  description = "The version of the Autonomous Database, one that the region offers."
  type        = string
  default     = "23ai"
}

variable "database_ecpus" {
  description = "Processors (ECPUs) of the database; it takes up to three times as many when it needs them."
  type        = number
  default     = 4

  validation {
    condition     = var.database_ecpus >= 2
    error_message = "Two ECPUs at least."
  }
}

variable "database_storage_gb" {
  description = "Storage of the database, in GB; it grows by itself."
  type        = number
  default     = 100
}

variable "database_backup_days" {
  description = "Days that the database's own backups are kept, from which it goes back to any second."
  type        = number
  default     = 60

  validation {
    condition     = var.database_backup_days >= 1 && var.database_backup_days <= 60
    error_message = "1 to 60 days."
  }
}

variable "cache_nodes" {
  description = "Nodes of OCI Cache: one primary, the others replicas that take its place."
  type        = number
  default     = 3

  validation {
    condition     = var.cache_nodes >= 1 && var.cache_nodes <= 5
    error_message = "1 to 5."
  }
}

variable "cache_memory_gb" {
  description = "Memory of each node of OCI Cache, in GB."
  type        = number
  default     = 4
}

variable "cache_version" {
  description = "The software of OCI Cache."
  type        = string
  default     = "REDIS_7_0"
}

variable "secrets" {
  description = "Secrets of the vault by name, which the chart takes as settings; see values-production.yaml of the chart."
  type        = map(string)
  sensitive   = true
  default     = {}
}

variable "backup_days" {
  description = "Days that exports and heads of the audit log stay in the bucket; until somebody with rights to it lifts the rule, nobody deletes them."
  type        = number
  default     = 365

  validation {
    condition     = var.backup_days >= 30
    error_message = "30 days at least."
  }
}

variable "tags" {
  description = "Tags of all resources that take them."
  type        = map(string)
  default     = { product = "fittrack" }
}

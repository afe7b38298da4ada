//! Amounts of resources as the scheduler counts them: CPU in thousandths, all else in whole units.
//!
//! Models `framework.Resource`.

use crate::object::{Quantity, ResourceList, SmolStr};

/// What a pod requests, or what a node has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Thousandths of a CPU.
    pub milli_cpu: i64,
    /// Bytes.
    pub memory: i64,
    /// Bytes.
    pub ephemeral_storage: i64,
    /// How many pods a node takes; not used for pods.
    pub pods: i64,
    /// Extended resources, huge pages and attachable volumes, sorted by name.
    scalars: Vec<(SmolStr, i64)>,
}

impl Resources {
    /// Counts a list of amounts; resources that the scheduler does not count are left out.
    pub fn of(list: &ResourceList) -> Self {
        let mut resources = Self::default();
        for (name, amount) in list {
            match name.as_str() {
                "cpu" => resources.milli_cpu = amount.milli_value(),
                "memory" => resources.memory = amount.value(),
                "ephemeral-storage" => resources.ephemeral_storage = amount.value(),
                "pods" => resources.pods = amount.value(),
                scalar if is_scalar(scalar) => resources.scalars.push((name.clone(), Quantity::value(amount))),
                _ => {}
            }
        }
        resources
    }

    /// The amount of a scalar resource; none counts as 0.
    pub fn scalar(&self, name: &str) -> i64 {
        self.find(name).map_or(0, |index| self.scalars[index].1)
    }

    /// The scalar resources, sorted by name.
    pub fn scalars(&self) -> &[(SmolStr, i64)] {
        &self.scalars
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.scalars.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }

    /// Adds what a pod requests.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, i64::saturating_add);
    }

    /// Takes away what a pod requested.
    pub fn sub(&mut self, other: &Self) {
        self.combine(other, i64::saturating_sub);
    }

    fn combine(&mut self, other: &Self, with: fn(i64, i64) -> i64) {
        self.milli_cpu = with(self.milli_cpu, other.milli_cpu);
        self.memory = with(self.memory, other.memory);
        self.ephemeral_storage = with(self.ephemeral_storage, other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            match self.find(name) {
                Ok(index) => self.scalars[index].1 = with(self.scalars[index].1, *amount),
                Err(index) => self.scalars.insert(index, (name.clone(), with(0, *amount))),
            }
        }
    }

    /// Whether nothing that is counted is requested.
    pub fn is_nothing(&self) -> bool {
        self.milli_cpu == 0 && self.memory == 0 && self.ephemeral_storage == 0 && self.scalars.is_empty()
    }
}

/// Models `IsScalarResourceName`: extended resources, huge pages, and what has a prefix of Kubernetes' own.
fn is_scalar(name: &str) -> bool {
    let is_extended = name.contains('/') && !name.starts_with("requests.");
    is_extended || name.contains("kubernetes.io/") || name.starts_with("hugepages-") || name.starts_with("attachable-volumes-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{map, read_resource_list};

    #[test]
    fn only_resources_that_the_scheduler_knows_are_counted() {
        let list =
            map! { "cpu" => "1500m", "memory" => "1Ki", "example.com/gpu" => "2", "hugepages-2Mi" => "4Mi", "storage" => "1Gi" };
        let resources = Resources::of(&read_resource_list(&list));
        assert_eq!((resources.milli_cpu, resources.memory, resources.scalar("example.com/gpu")), (1500, 1024, 2));
        assert_eq!(resources.scalars().len(), 2);
        let mut left = resources.clone();
        left.sub(&resources);
        assert_eq!((left.milli_cpu, left.memory, left.scalar("hugepages-2Mi")), (0, 0, 0));
    }
}

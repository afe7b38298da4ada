//! Objects as a real Kubernetes 1.36.2 stored and printed them, and its published schema.

use daemonset_lab::apiserver::admit;
use daemonset_lab::object::schema::{self, Base, Shape};
use daemonset_lab::object::{Kind, Value, emit, yaml};

#[test]
fn a_template_with_every_common_field_gets_the_defaults_of_the_server() {
    let manifest = yaml::parse(include_str!("vectors/rich.yaml"));
    let written = &manifest.documents[0].value;
    let admitted = admit::admit_new(Kind::DaemonSet, written).expect("the manifest is good");
    let stored: Value = serde_json::from_str(include_str!("vectors/rich.json")).expect("JSON");
    assert_eq!(emit::yaml(admitted.at(&["spec"])), emit::yaml(stored.at(&["spec"])));
}

#[test]
fn yaml_is_written_as_kubectl_writes_it() {
    let text = include_str!("vectors/rich.revision.yaml");
    assert_eq!(emit::yaml(&yaml::parse(text).documents[0].value), text);
}

#[test]
fn the_table_of_types_says_what_the_published_schema_says() {
    let published: Value = serde_json::from_str(include_str!("vectors/schema-1.36.json")).expect("JSON");
    let mut fields = 0;
    for (name, published) in published.fields_at(&["types"]) {
        let found = schema::find(name).expect("every type is in the table");
        let names: Vec<&str> = published.fields_at(&["fields"]).map(|(name, _)| name.as_str()).collect();
        assert_eq!(found.fields.iter().map(|field| field.name).collect::<Vec<_>>(), names, "{name}");
        for field in &found.fields {
            let published = published.at(&["fields", field.name]);
            assert_eq!(written(field), published.str_at(&["type"]), "{name}.{}", field.name);
            assert_eq!(field.required, published.at(&["required"]).as_bool() == Some(true), "{name}.{}", field.name);
            assert_eq!(field.merge_key, published.str_at(&["mergeKey"]), "{name}.{}", field.name);
            assert_eq!(field.patch_strategy, published.str_at(&["patchStrategy"]), "{name}.{}", field.name);
            let merge_type = ["mapType", "listType"].map(|it| published.str_at(&[it])).concat();
            assert_eq!(field.merge_type, merge_type, "{name}.{}", field.name);
            let keys: Vec<Value> = field.list_keys.iter().map(|key| Value::from(*key)).collect();
            assert_eq!(keys, published.list_at(&["listMapKeys"]), "{name}.{}", field.name);
            let values: Vec<Value> = field.values.iter().map(|value| Value::from(*value)).collect();
            assert_eq!(values, published.list_at(&["enum"]), "{name}.{}", field.name);
            fields += 1;
        }
    }
    assert_eq!(fields, 1055);
}

fn written(field: &schema::Field) -> String {
    let base = match field.base {
        Base::String => "string",
        Base::Bool => "boolean",
        Base::Int32 => "int32",
        Base::Int64 => "int64",
        Base::Bytes => "bytes",
        Base::Time => "Time",
        Base::MicroTime => "MicroTime",
        Base::Quantity => "Quantity",
        Base::IntOrString => "IntOrString",
        Base::Any if field.name == "fieldsV1" => "FieldsV1",
        Base::Any => "RawExtension",
        Base::Struct(name) => name,
    };
    match field.shape {
        Shape::One => base.into(),
        Shape::List => format!("[]{base}"),
        Shape::Map => format!("map {base}"),
    }
}

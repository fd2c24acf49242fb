"""What is generated from the schema and kept in the tree is what the schema says now."""

from importlib.resources import files

from sim.scenario.json_schema import parameter_table, schema_text

BEGIN, END = "<!-- parameters: begin -->\n", "<!-- parameters: end -->"


def test_the_json_schema_is_current():
    assert files("scenarios").joinpath("schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_parameter_table_of_the_model_is_current():
    text = files("sim").joinpath("MODEL.md").read_text(encoding="utf-8")
    table = text[text.index(BEGIN) + len(BEGIN) : text.index(END)]
    assert table.strip() == parameter_table().strip()
    assert table.count("\n|") > 100

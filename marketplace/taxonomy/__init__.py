"""Reference data of the trade: events, fields, classes, materials, scenes, regions, units, in versioned editions."""

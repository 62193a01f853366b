"""The quiz of the microscope page, which has no exercises."""

"""one module a tab of the page"""

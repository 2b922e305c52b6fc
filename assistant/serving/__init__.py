"""the faces: the web page"""

package document

import (
	"net/http"
	"net/url"
	"strings"
)

// ByPath finds the operation of a request. On a known host the path has that host's prefix; anywhere else (a private
// deployment, a proxy, the simulator) it may have any. The path is escaped, so that a slash within a value does not
// part it.
func (d *Document) ByPath(method, name, path string) *Operation {
	if method == "" {
		method = http.MethodGet
	}
	at, known := d.hosts[name]
	if known {
		rest, ok := strings.CutPrefix(path, at.prefix)
		if !ok {
			return nil
		}
		path = rest
	}
	segments := splitPath(path)
	longest := 0 // of the paths that fit, under whatever method
	for _, op := range d.routes {
		switch {
		case len(op.segments) > len(segments):
		case known && len(op.segments) != len(segments), at.own && op.host != name:
		case len(op.segments) < longest:
			return nil // a GET of /topapi/v2/user/delete is not one of /user/delete
		case !fits(op.segments, segments[len(segments)-len(op.segments):]):
		case op.Method == method:
			return op
		default:
			longest = len(op.segments)
		}
	}
	return nil
}

func fits(template, segments []string) bool {
	for i, s := range template {
		if s != segments[i] && !isParameter(s) {
			return false
		}
	}
	return true
}

// PathValues returns the values of the parameters in a path that byPath has matched.
func (op *Operation) PathValues(path string) map[string]string {
	segments := splitPath(path)
	if len(segments) < len(op.segments) {
		return nil
	}
	values := make(map[string]string)
	for i, s := range op.segments {
		if isParameter(s) {
			escaped := segments[len(segments)-len(op.segments)+i]
			value, err := url.PathUnescape(escaped)
			if err != nil {
				value = escaped
			}
			values[strings.Trim(s, "{}")] = value
		}
	}
	return values
}

// ShowPath returns a path with a star for every part that no path of the document has: it may be somebody's id.
func (d *Document) ShowPath(path string) string {
	segments := splitPath(path)
	for i, s := range segments {
		if !d.words[s] {
			segments[i] = "*"
		}
	}
	return "/" + strings.Join(segments, "/")
}

// URL is where a request of the operation goes, on the vendor's own host.
func (op *Operation) URL(values map[string]string, query url.Values) *url.URL {
	path := op.prefix
	for _, segment := range op.segments {
		if isParameter(segment) {
			segment = url.PathEscape(values[strings.Trim(segment, "{}")])
		}
		path += "/" + segment
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	return &url.URL{Scheme: "https", Host: op.host, Path: plain, RawPath: path, RawQuery: query.Encode()}
}

package clients

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// WithPlainHTTP lets calls go over plain http to any host, where everybody on the way reads tokens and people. Without
// it http:// is an error, unless the host stands for a network of one's own: an address or a name of this machine, a
// private or link-local address, a name of a single label, or one that ends in .local or .internal. What a name resolves
// to is not looked at.
func WithPlainHTTP() Option {
	return func(s *settings) error {
		s.plainHTTP = true
		return nil
	}
}

// checkURLs refuses what would send credentials over plain http. It comes after all options, in whatever order they
// stand.
func (c *Client) checkURLs() error {
	if c.set.plainHTTP {
		return nil
	}
	if exposed(c.BaseURL()) {
		return fmt.Errorf("WithBaseURL: %w", errExposed)
	}
	for _, field := range slices.Sorted(maps.Keys(c.vendor.URLs)) {
		if exposed(c.vendor.URLs[field]) {
			return fmt.Errorf("%s: %w", field, errExposed)
		}
	}
	return nil
}

var errExposed = errors.New("plain http would show tokens and people to everybody on the way: use https, or " +
	"clients.WithPlainHTTP if the network is your own")

// exposed tells whether a URL is plain http to a host that may be anywhere.
func exposed(base string) bool {
	u, err := url.Parse(base)
	return err == nil && u.Scheme == "http" && !isNear(u.Hostname())
}

// isNear tells whether a host, by the looks of its name or address, is in a network of one's own.
func isNear(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap()
		return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast()
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r > 0x7e }) {
		return false // U+3002 and others become dots before the name is looked up
	}
	name, absolute := strings.CutSuffix(strings.ToLower(host), ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case last == "localhost", last == "local", last == "internal":
		return true
	default:
		// A number is an address to some resolvers: 134744072 is 8.8.8.8. With a dot behind it, a single label is a
		// domain of the Internet.
		return name != "" && last == name && !absolute && !isNumber(name)
	}
}

func isNumber(label string) bool {
	digits, hex := strings.CutPrefix(label, "0x")
	return strings.Trim(digits, "0123456789") == "" || hex && strings.Trim(digits, "0123456789abcdef") == ""
}

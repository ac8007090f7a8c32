package clients

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheBuiltInTransportWantsTLS12(t *testing.T) {
	get := func(newest uint16) error {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: newest}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		transport := newTransport()
		require.GreaterOrEqual(t, transport.TLSClientConfig.MinVersion, uint16(tls.VersionTLS12))
		require.False(t, transport.TLSClientConfig.InsecureSkipVerify)
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
		defer transport.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		require.NoError(t, err)
		response, err := transport.RoundTrip(req)
		if err != nil {
			return err
		}
		return response.Body.Close()
	}
	assert.ErrorContains(t, get(tls.VersionTLS11), "protocol version")
	assert.NoError(t, get(tls.VersionTLS12))
	assert.NoError(t, get(tls.VersionTLS13))
}

package clients_test

import (
	"strings"
	"testing"

	"github.com/roster-go/roster/clients"
	"github.com/roster-go/roster/clients/dingtalk"
	"github.com/roster-go/roster/clients/wecom"
	"github.com/roster-go/roster/clients/wps"
	"github.com/stretchr/testify/assert"
)

func TestPlainHTTPGoesNoFartherThanTheOwnNetwork(t *testing.T) {
	vendor := clients.Vendor{Name: "acme", BaseURL: "https://acme.example", Classify: classify}
	for _, host := range []string{"localhost", "localhost:8080", "LOCALHOST.", "api.localhost", "127.0.0.1:1", "127.9.9.9",
		"[::1]:8080", "[::ffff:127.0.0.1]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1:80", "169.254.1.1",
		"[fd00::1]", "[fc00::1]", "[fe80::1%25eth0]", "[::ffff:10.0.0.1]", "gateway", "gateway:8080", "gate_way", "0xgate",
		"wecom.local", "wecom.corp.internal", "WeCom.Internal.", "local"} {
		_, err := clients.New(vendor, clients.WithBaseURL("http://"+host+"/base"))
		assert.NoError(t, err, host)
	}
	for _, host := range []string{"qyapi.weixin.qq.com", "vendor.example", "8.8.8.8", "172.32.0.1", "172.15.0.1", "11.0.0.1",
		"192.169.0.1", "0.0.0.0", "100.64.0.1", "[2001:db8::1]", "[::ffff:8.8.8.8]", "[fec0::1]", "134744072", "0x08080808",
		"ai.", "localhost.example", "internal.example", "notlocal.example", "mylocal.notinternal",
		"evil\u3002example", "evil\uff0eexample", "10.0.0.1.example", "010.1"} {
		base := "http://" + host + "/secret-path"
		_, err := clients.New(vendor, clients.WithBaseURL(base))
		assert.ErrorContains(t, err, "acme: WithBaseURL: plain http", host)
		if err != nil {
			assert.NotContains(t, err.Error(), "secret-path")
		}
		for _, options := range [][]clients.Option{{clients.WithPlainHTTP(), clients.WithBaseURL(base)},
			{clients.WithBaseURL(base), clients.WithPlainHTTP()},
			{clients.WithBaseURL(strings.Replace(base, "http:", "https:", 1))}} {
			_, err = clients.New(vendor, options...)
			assert.NoError(t, err, host)
		}
	}
}

// What a Config says of further places is held to the same.
func TestPlainHTTPInAConfig(t *testing.T) {
	const far, near = "http://vendor.example/b", "http://127.0.0.1:1/b"
	for field, open := range map[string]func(url string, options ...clients.Option) error{
		"wecom: Config.SignInURL": func(url string, options ...clients.Option) error {
			_, err := wecom.New(wecom.Config{CorpID: "ww1", AppSecret: "s3cr3t", SignInURL: url}, options...)
			return err
		},
		"dingtalk: Config.NewHostURL": func(url string, options ...clients.Option) error {
			_, err := dingtalk.New(dingtalk.Config{AppKey: "ding1", AppSecret: "s3cr3t", NewHostURL: url}, options...)
			return err
		},
		"wps: Config.TokenBaseURL": func(url string, options ...clients.Option) error {
			_, err := wps.New(wps.Config{AppID: "AK1", AppKey: "s3cr3t", TokenBaseURL: url}, options...)
			return err
		},
	} {
		assert.ErrorContains(t, open(far), field+": plain http")
		assert.NoError(t, open(far, clients.WithPlainHTTP()), field)
		assert.NoError(t, open(near), field)
	}
}

package sim

// newFeishu returns nothing yet: Feishu is not simulated so far, and its paths answer 404.
func (s *Simulator) newFeishu() vendor { return nil }

// feishuConfig holds the options that only Feishu knows.
type feishuConfig struct{}

// FeishuCredentials are those of the tenant at Feishu.
type FeishuCredentials struct {
	TenantKey string
	AppID     string // of the self-built app
	AppSecret string
}

func feishuCredentials() FeishuCredentials {
	return FeishuCredentials{
		TenantKey: "demo0tenant0key1",
		AppID:     "cli_demo0000000001",
		AppSecret: "demo-feishu-app-secret-000000006",
	}
}

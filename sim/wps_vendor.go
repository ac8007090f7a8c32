package sim

// newWPS returns nothing yet: WPS is not simulated so far, and its paths answer 404.
func (s *Simulator) newWPS() vendor { return nil }

// wpsConfig holds the options that only WPS knows.
type wpsConfig struct{}

// WPSCredentials are those of the company at WPS 365.
type WPSCredentials struct {
	CompanyID string
	AppID     string // client_id, and the access key of signatures
	AppKey    string // client_secret, and the key of signatures
}

func wpsCredentials() WPSCredentials {
	return WPSCredentials{
		CompanyID: "demoCompany1",
		AppID:     "AK20260101DEMOAA",
		AppKey:    "demo0wps0app0key0000000000000007",
	}
}

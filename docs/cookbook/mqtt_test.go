package cookbook

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"polytls"
	"polytls/internal/peertest"
)

// # MQTT with paho
//
// The hook gets the broker's URL, whose scheme does not matter here. With the options of
// a pre-shared key in the Dialer, the client is a device as in the
// [cookbook](cookbook.md#devices-with-a-pre-shared-key). Run against mosquitto, with a
// pre-shared key.
func mqttClient(broker, clientID string, dialer *polytls.Dialer) mqtt.Client {
	options := mqtt.NewClientOptions().AddBroker(broker).SetClientID(clientID) // ssl://broker.example:8883
	options.SetCustomOpenConnectionFn(func(broker *url.URL, o mqtt.ClientOptions) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(context.Background(), o.ConnectTimeout)
		defer cancel()
		return dialer.DialContext(ctx, "tcp", broker.Host)
	})
	return mqtt.NewClient(options)
}

func TestMQTT(t *testing.T) {
	program := peertest.Path(t, "mosquitto")
	const identity, hex = "sensor-7", "00112233445566778899aabbccddeeff"
	keys := file(t, "keys", []byte(identity+":"+hex+"\n"))
	_, port := peertest.StartListening(t, func(port int) *exec.Cmd {
		config := fmt.Sprintf("user root\nallow_anonymous true\nlistener %d 127.0.0.1\npsk_file %s\npsk_hint a hint\n", port, keys)
		return exec.Command(program, "-c", file(t, "config", []byte(config)))
	}, peertest.Answers(func(port int) error {
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			conn.Close()
		}
		return err
	}))
	o := device("", 0, identity, []byte("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"))
	o.Ciphers, o.MaxVersion = "PSK", polytls.TLS12
	dialer, err := polytls.NewDialer(o)
	if err != nil {
		t.Fatal(err)
	}
	client := mqttClient(fmt.Sprint("ssl://127.0.0.1:", port), identity, dialer)
	received := make(chan string, 1)
	for _, step := range []func() mqtt.Token{
		client.Connect,
		func() mqtt.Token {
			return client.Subscribe("greeting", 1, func(_ mqtt.Client, m mqtt.Message) { received <- string(m.Payload()) })
		},
		func() mqtt.Token { return client.Publish("greeting", 1, false, "hello") },
	} {
		token := step()
		if !token.WaitTimeout(peertest.Patience) || token.Error() != nil {
			t.Fatalf("%T: %v", token, token.Error())
		}
	}
	defer client.Disconnect(0)
	select {
	case text := <-received:
		if text != "hello" {
			t.Errorf("%q", text)
		}
	case <-within(t).Done():
		t.Error("nothing was received")
	}
}

// Command client prints what is at a URL.
package main

import (
	"flag"
	"io"
	"log"
	"net/http"
	"os"

	"polytls"
	"polytls/polyhttp"
)

func main() {
	ca := flag.String("ca", "", "certificates to trust in place of Mozilla's roots")
	flag.Parse()

	var o polytls.ConnectOptions
	if *ca != "" {
		o.CAFile = []string{*ca}
	}
	// One transport for all requests: it keeps connections, and resumes sessions.
	transport, err := polyhttp.NewTransport(o)
	if err != nil {
		log.Fatal(err)
	}
	client := &http.Client{Transport: transport}
	for _, url := range flag.Args() {
		if err := fetch(client, url); err != nil {
			log.Fatal(err)
		}
	}
}

func fetch(client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	log.Printf("%s %s", resp.Proto, resp.Status)
	_, err = io.Copy(os.Stdout, resp.Body)
	return err
}

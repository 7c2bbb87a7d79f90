"""Subscriptions: what they ask for, which writes they are told of, and the telling.

`reading` compiles a Subscription resource, `topics` knows what can be subscribed to, `outbox` notes
events in the transaction of the write, `delivery` sends them from the runner, to where `endpoints`
allows. https://hl7.org/fhir/R4/subscription.html, and for topics
https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/
"""
